-- Queues in a database of Postgres, all in one schema. It can be applied again: what is there stays, with its messages.
-- A queue is fair to groups. Each waiting message has a turn, and the messages of one group have turns one behind another.
-- A message of a group that has none waiting takes the turn of the message at the head.
do $$ begin
  -- "if not exists" would ask for the right to create schemas all the same.
  if to_regnamespace('billing_sync') is null then
    create schema billing_sync;
  end if;
end $$;

create table if not exists billing_sync.messages (
  id uuid primary key default gen_random_uuid(),
  queue text not null,
  body text not null,
  message_group text not null default '',
  sent_at timestamptz not null default clock_timestamp(),
  receives integer not null default 0,
  turn bigint,
  last_turn bigint,
  visible_at timestamptz not null default clock_timestamp(),
  holder uuid,
  constraint messages_held_or_waiting check (turn is null or holder is null)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

comment on table billing_sync.messages is 'Messages of the queues of the billing sync worker. Send with billing_sync.enqueue.';
comment on column billing_sync.messages.message_group is 'The tenant, or the owner of many, whom the queue is fair to. Empty: none.';
comment on column billing_sync.messages.receives is 'How often a worker received the message.';
comment on column billing_sync.messages.turn is 'When the message is served, before all with a higher turn. Null while it is delayed or with a worker.';
comment on column billing_sync.messages.visible_at is 'When a message without a turn is served again: the end of its delay, or of the lock of its worker.';
comment on column billing_sync.messages.holder is 'The delivery that has the message.';

create index if not exists messages_waiting on billing_sync.messages (queue, turn, sent_at) where turn is not null;
create index if not exists messages_of_group on billing_sync.messages (queue, message_group, turn) where turn is not null;
create index if not exists messages_hidden on billing_sync.messages (queue, visible_at) where turn is null;

create table if not exists billing_sync.dead_letters (
  id bigint generated always as identity primary key,
  queue text not null,
  body text not null,
  message_group text not null default '',
  message_id text not null,
  code text not null,
  reason text not null,
  died_at timestamptz not null default clock_timestamp()
);
create index if not exists dead_letters_of_queue on billing_sync.dead_letters (queue, id);
comment on table billing_sync.dead_letters is 'Copies, without secrets, of messages that no worker could deal with.';

-- Why a body may not lie in a table, as a sentence. Null if it may.
create or replace function billing_sync.refusal(body text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  field record;
begin
  if body ~ '(sk|rk|pk|rkcs)_(live|test|org)_|whsec_' then
    return 'the body holds a key of Stripe';
  end if;
  for field in select key, value from json_each_text(body::json) loop
    if replace(lower(field.key), '_', '') = 'accesstoken' and field.value !~ (
      '^(arn:aws[a-z-]*:(secretsmanager|ssm):[a-z0-9-]+:[0-9]{12}:(secret:|parameter/)[A-Za-z0-9_/+=.@!-]+(#[A-Za-z0-9_.-]+)?'
      || '|ssm:/[A-Za-z0-9_/.-]+(#[A-Za-z0-9_.-]+)?|acct_[A-Za-z0-9]+|merchant:[A-Z0-9]+)$') then
      return 'the accessToken is a key, and neither a reference to a secret nor the id of an account';
    end if;
  end loop;
  return null;
exception when others then
  return 'the body is no JSON object';
end $$;

do $$ begin
  alter table billing_sync.messages add constraint messages_without_key check (billing_sync.refusal(body) is null);
exception when duplicate_object then null;
end $$;

create or replace function billing_sync.next_turn(queue_name text, group_name text) returns bigint
language sql stable set search_path = billing_sync, pg_temp as $$
  select greatest(
    (select min(turn) from messages where queue = queue_name and turn is not null),
    (select max(turn) + 1 from messages where queue = queue_name and message_group = group_name and turn is not null),
    0)
$$;

-- Sends a message in the transaction of the caller: it is in the queue once that commits. Returns its id.
create or replace function billing_sync.enqueue(
  body text, delay_seconds integer default 0, message_group text default null, queue text default 'billing-sync')
returns uuid
language plpgsql volatile security definer set search_path = billing_sync, pg_temp as $$
declare
  refused text := billing_sync.refusal(body);
  group_name text := coalesce(message_group, '');
  is_delayed boolean := coalesce(delay_seconds, 0) > 0;
  message_id uuid;
begin
  if body is null or queue is null then
    raise exception 'billing_sync.enqueue: the body or the queue is null' using errcode = 'null_value_not_allowed';
  end if;
  if refused is not null then
    raise exception 'billing_sync.enqueue: %', refused using errcode = 'invalid_parameter_value',
      hint = 'Put the key into Secrets Manager or Parameter Store, and send its ARN, ssm:/NAME or the id of the account as accessToken.';
  end if;
  insert into messages (queue, body, message_group, turn, visible_at)
  values (
    enqueue.queue, enqueue.body, group_name,
    case when not is_delayed then next_turn(enqueue.queue, group_name) end,
    clock_timestamp() + make_interval(secs => least(coalesce(delay_seconds, 0), 2592000)))
  returning id into message_id;
  if not is_delayed then
    perform pg_notify('billing_sync_queue', enqueue.queue);
  end if;
  return message_id;
end $$;

-- Hands out messages for so many seconds. Messages whose delay or lock is over get a turn first, the one they had.
create or replace function billing_sync.receive(queue_name text, most integer, lock_seconds integer)
returns setof billing_sync.messages
language plpgsql volatile set search_path = billing_sync, pg_temp as $$
declare
  moment timestamptz := clock_timestamp();
  due record;
begin
  for due in
    select id from messages where queue = queue_name and turn is null and visible_at <= moment
    order by visible_at limit 200 for update skip locked
  loop
    update messages m set holder = null, turn = least(m.last_turn, next_turn(queue_name, m.message_group)) where m.id = due.id;
  end loop;
  return query
  update messages m set holder = gen_random_uuid(), receives = m.receives + 1, turn = null, last_turn = m.turn,
    visible_at = moment + make_interval(secs => lock_seconds)
  where m.id = any(array(
    select id from messages where queue = queue_name and turn is not null
    order by turn, sent_at limit most for update skip locked))
  returning m.*;
end $$;

revoke all on function billing_sync.refusal(text), billing_sync.next_turn(text, text),
  billing_sync.enqueue(text, integer, text, text), billing_sync.receive(text, integer, integer) from public;
do $$ begin
  if exists (select from pg_roles where rolname = 'billing_sync_worker') then
    grant usage on schema billing_sync to billing_sync_worker;
    grant select, insert, update, delete on billing_sync.messages, billing_sync.dead_letters to billing_sync_worker;
    grant execute on function billing_sync.refusal(text), billing_sync.next_turn(text, text),
      billing_sync.enqueue(text, integer, text, text), billing_sync.receive(text, integer, integer) to billing_sync_worker;
  end if;
  if exists (select from pg_roles where rolname = 'billing_sync_reader') then
    grant usage on schema billing_sync to billing_sync_reader;
    grant select on billing_sync.dead_letters to billing_sync_reader;
  end if;
end $$;

-- Rows that are there already are checked by the next migration, which locks nothing.
ALTER TABLE "sync_jobs" ADD COLUMN "sent_with" jsonb;--> statement-breakpoint
ALTER TABLE "sync_jobs" ADD CONSTRAINT "sync_jobs_sent_without_key" CHECK (sent_with is null or coalesce(sent_with - array['token', 'reference', 'account'] = '{}'
    and coalesce(sent_with ->> 'account', '') ~ '^[a-zA-Z0-9_.:-]{0,255}$'
    and case sent_with ->> 'token'
      when 'none' then sent_with -> 'reference' is null
      when 'key' then sent_with -> 'reference' is null
      when 'secret' then sent_with ->> 'reference' ~ '^(arn:aws|ssm:/)[^[:space:]]+$' and length(sent_with ->> 'reference') <= 2048
      when 'account' then sent_with ->> 'reference' ~ '^[a-zA-Z]{1,20}[_:][a-zA-Z0-9_]{1,250}$'
    end, false)) NOT VALID;--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."sent_with" IS 'What the message named: token (none, key, secret or account), the reference to the secret or account that the token was, and the account. billing-sync jobs retry sends the job again with it. It never contains a key. Null for jobs of older versions.';

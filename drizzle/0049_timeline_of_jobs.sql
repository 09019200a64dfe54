-- Rows that are there get no delivery: the time of this migration is none.
ALTER TABLE "sync_jobs" ADD COLUMN "timeline" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "sync_jobs" ALTER COLUMN "timeline" SET DEFAULT jsonb_build_array(jsonb_build_object('began', now()));--> statement-breakpoint
-- The table sees each claim and each end, also those of a person who cancels and of a worker of an older version.
CREATE FUNCTION log_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  claimed constant boolean := new.fence <> old.fence;
  counted constant jsonb := coalesce(old.timeline -> -1 -> 'from', '{}');
  how text;
BEGIN
  -- The answer to a claim was lost, and the same delivery claims again.
  IF claimed AND old.lease_owner = new.lease_owner THEN RETURN new; END IF;
  IF old.status = 'running' THEN
    how := CASE WHEN claimed THEN 'lost' WHEN new.status NOT IN ('pending', 'paused') THEN new.status
      WHEN new.deliveries < old.deliveries THEN 'busy' WHEN new.hop > old.hop THEN 'paused' ELSE 'lost' END;
    new.timeline := (old.timeline - -1) || jsonb_strip_nulls(jsonb_build_object(
      'began', old.timeline -> -1 -> 'began',
      'ended', CASE how WHEN 'lost' THEN old.updated_at ELSE now() END,
      'how', how,
      'fetched', new.fetched - coalesce((counted -> 'fetched')::bigint, 0),
      'requests', new.requests - coalesce((counted -> 'requests')::bigint, 0),
      'commits', new.commits - coalesce((counted -> 'commits')::bigint, 0),
      'code', CASE WHEN how IN ('failed', 'retrying') THEN new.error -> 'code' END,
      'worker', old.lease_owner));
  END IF;
  IF claimed THEN
    new.timeline := new.timeline || jsonb_build_object('began', now(),
      'from', jsonb_build_object('fetched', new.fetched, 'requests', new.requests, 'commits', new.commits));
  END IF;
  WHILE jsonb_array_length(new.timeline) > 50 LOOP new.timeline := new.timeline - 0; END LOOP;
  RETURN new;
END $$;--> statement-breakpoint
CREATE TRIGGER log_delivery BEFORE UPDATE ON "sync_jobs" FOR EACH ROW
  WHEN (new.fence <> old.fence OR old.status = 'running' AND new.status <> 'running') EXECUTE FUNCTION log_delivery();--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."timeline" IS 'The last 50 deliveries, oldest first: when each began and ended, how (completed, failed, retrying, paused, busy, cancelled, or lost if its worker gave no sign of life), what it fetched, its requests and commits, the code of its error, its worker. The table writes them by itself.';

-- Roles belong to the whole server: another database's migration may have made them, or be making them right now.
DO $$
DECLARE
	wanted text;
	found pg_roles;
BEGIN
	FOREACH wanted IN ARRAY ARRAY['billing_sync_worker', 'billing_sync_reader'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
			BEGIN
				EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', wanted);
			EXCEPTION
				WHEN duplicate_object OR unique_violation THEN
					NULL;
				WHEN insufficient_privilege THEN
					RAISE EXCEPTION 'the role % is missing, and % may not create roles', wanted, current_user
						USING ERRCODE = 'insufficient_privilege',
							HINT = 'Let an administrator of this server run once: CREATE ROLE billing_sync_worker NOLOGIN; CREATE ROLE billing_sync_reader NOLOGIN; Then migrate again.';
			END;
		END IF;
		SELECT * INTO found FROM pg_roles WHERE rolname = wanted;
		IF found.rolsuper OR found.rolbypassrls OR found.rolcreaterole THEN
			RAISE EXCEPTION 'the role % is there already, but may more than it should: no row of one tenant would be kept from another', wanted
				USING ERRCODE = 'insufficient_privilege',
					HINT = format('Let an administrator of this server run: ALTER ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEROLE; Then migrate again.', wanted);
		END IF;
	END LOOP;
END $$;

-- One role and one schema per service with a database, of the same name; no service reaches another's.
-- May be run any number of times by an administrator. The passwords are for development.
DO $$
DECLARE
    service text;
BEGIN
    FOREACH service IN ARRAY ARRAY[
        'transition_orchestrator', 'worklist', 'reminders', 'notifier', 'flow_monitor'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
            EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', service, service);
            EXECUTE format('ALTER ROLE %I SET search_path = %I', service, service);
            -- An administrator who is no superuser may make a schema only for a role it belongs to.
            EXECUTE format('GRANT %I TO CURRENT_USER', service);
        END IF;
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, service);
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', service);
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;

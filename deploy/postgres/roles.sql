-- The two roles of Facetally, and its database. Run once, by psql (15 or newer) as a superuser, with
-- the passwords in the environment:
--
--   OWNER_PASSWORD=... RUNTIME_PASSWORD=... psql --username postgres --file roles.sql
--
-- facetally_owner has the tables, and `facetally migrate` uses it. facetally, which everything else
-- uses, reads and writes rows, and can neither make, change nor empty a table.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv runtime_password RUNTIME_PASSWORD

CREATE ROLE facetally_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE facetally LOGIN PASSWORD :'runtime_password';
-- Also where the server was made for another encoding, in which names could not be stored.
CREATE DATABASE facetally OWNER facetally_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE facetally FROM PUBLIC;
GRANT CONNECT ON DATABASE facetally TO facetally;
-- No statement may hang. Processes bring these times themselves, unless PgBouncer stands between.
ALTER ROLE facetally SET statement_timeout = '30s';
ALTER ROLE facetally SET lock_timeout = '5s';
ALTER ROLE facetally SET idle_in_transaction_session_timeout = '30s';

\connect facetally
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO facetally;
GRANT USAGE, CREATE ON SCHEMA public TO facetally_owner;
-- Of the tables that migrations make from now on.
ALTER DEFAULT PRIVILEGES FOR ROLE facetally_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO facetally;
ALTER DEFAULT PRIVILEGES FOR ROLE facetally_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO facetally;

#!/bin/sh
# Run by the image of PostgreSQL when it makes its database: docker-compose.yml.
set -eu
OWNER_PASSWORD=$(cat /owner-credentials/password)
RUNTIME_PASSWORD=$(cat /credentials/password)
export OWNER_PASSWORD RUNTIME_PASSWORD
psql --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --file /deploy/roles.sql

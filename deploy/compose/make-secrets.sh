#!/bin/sh
# Generates the secrets that compose.yaml mounts, in ./secrets or the folder that is named. Does nothing if the folder exists.
set -eu
folder=${1:-secrets}
if [ -e "$folder" ]; then
  echo "$folder exists. Nothing was changed."
  exit 0
fi

# Only the owner can enter the folder. The containers get each file by itself, and read it as other users.
mkdir -m 0700 "$folder"
umask 022
password=$(openssl rand -hex 24)
printf '%s' "$password" > "$folder/postgres-password"
openssl rand -hex 32 > "$folder/admin-key"
printf '{ "system_secret": "%s", "dsn": "postgres://claviger:%s@postgres:5432/claviger" }\n' \
  "$(openssl rand -hex 32)" "$password" > "$folder/claviger-settings.json"
echo "The secrets are in $folder. Keep a copy: without the system secret, the stored keys cannot be read."

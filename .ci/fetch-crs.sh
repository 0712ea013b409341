#!/bin/bash
# The Core Rule Set, with its own tests, from Debian's source package modsecurity-crs. The machine's apt lists stay as they are.
#
#   .ci/fetch-crs.sh FOLDER      (as root; prints the folder that it unpacks to)
set -euo pipefail

folder="$1"
mkdir -p "$folder/lists/partial"
cat > "$folder/debian.sources" << SOURCES
Types: deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
own=(-q -o "Dir::Etc::sourcelist=$folder/debian.sources" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder")

cd "$folder"
apt-get "${own[@]}" update >&2
apt-get "${own[@]}" source --download-only modsecurity-crs >&2
tar xf ./*.orig.tar.*
ls -d "$folder"/coreruleset*/

#!/bin/sh
# entrypoint.sh NAME PROGRAM …: takes the variables of NAME, if there are any, and becomes the program.
set -eu
name=$1
shift
file=$LEPHI_HOME/run/$name.env
if [ -r "$file" ]; then
  set -a
  . "$file"
  set +a
fi
exec "$@"

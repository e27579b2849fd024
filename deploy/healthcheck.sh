#!/bin/bash
# healthcheck.sh PATH: does our own port answer PATH with 200? Bash alone, because it runs every few seconds.
exec 3<>/dev/tcp/localhost/8000 || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&3
read -r -t 5 _ status _ <&3 && [ "$status" = 200 ]

#!/bin/sh
# Sends your receiver a message signed as ours are: WEBHOOK_SECRET=whsec_… sh send.sh body.json http://127.0.0.1:8080/
set -eu
body=$1 url=$2
id=$(openssl rand -hex 16)
timestamp=$(date +%s)
key=$(printf %s "${WEBHOOK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
signature=$({ printf %s.%s. "$id" "$timestamp"; cat "$body"; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
curl -sS -o /dev/null -w '%{http_code}\n' --data-binary "@$body" \
  -H 'content-type: application/cloudevents+json; charset=utf-8' \
  -H "webhook-id: $id" -H "webhook-timestamp: $timestamp" -H "webhook-signature: v1,$signature" "$url"

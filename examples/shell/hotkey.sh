#!/bin/sh
# For a key of the desktop: speaks what is selected; pressed while anything is being said, it
# ends that instead. docs/keys.md tells where keys are set.
if kokoroctl queue 2>/dev/null | grep -q characters; then
  exec kokoroctl stop
fi
exec kokoroctl say --selection

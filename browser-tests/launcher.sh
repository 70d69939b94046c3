#!/usr/bin/env bash
# Checks what ./rockpool promises: exit codes, the token's life, signals, and that a built tree starts without Maven.
# Run by ./rockpool test; needs no browser. Prints one line per check; exit code 1 if any failed.
set -uo pipefail
set -m # every demo in a process group of its own, where SIGINT is not ignored

root=$(cd -P -- "$(dirname -- "$0")/.." && pwd)
rockpool=$root/rockpool
scratch=$(mktemp -d "${TMPDIR:-/tmp}/rockpool-launcher.XXXXXX")
out=$scratch/out
err=$scratch/err
pid=
failures=0
unset ROCKPOOL_ADMIN_TOKEN

clean_up() {
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
  rm -rf "$scratch"
}
trap clean_up EXIT

# check WHAT CONDITION...: the condition is a command.
check() {
  local what=$1
  shift
  if "$@"; then
    printf '  ok  %s\n' "$what"
  else
    printf '  FAILED  %s\n' "$what"
    sed 's/^/          out: /' "$out"
    sed 's/^/          err: /' "$err"
    failures=$((failures + 1))
  fi
}

# --- running ---------------------------------------------------------------------------------------------------------

# Runs the launcher to its end; sets status.
run() {
  "$rockpool" "$@" >"$out" 2>"$err"
  status=$?
}

# Starts a demo and waits until it has said everything; sets pid and port, or leaves port empty.
start() {
  local deadline=$((SECONDS + 300)) # may build first
  : >"$out"
  "$rockpool" demo --port 0 "$@" >"$out" 2>"$err" &
  pid=$!
  port=
  while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do
    port=$(sed -n 's|^pool statistics: http://localhost:\([0-9]*\)/.*|\1|p' "$out")
    [ -z "$port" ] || break
    sleep 0.1
  done
}

# Sends the signal and waits for the end, 10 s at most; sets status.
stop() {
  local deadline=$((SECONDS + 10))
  kill "-$1" "$pid"
  while kill -0 "$pid" 2>/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || kill -KILL "$pid"
    sleep 0.1
  done
  wait "$pid"
  status=$?
  pid=
}

# The HTTP status of a path, or nothing when no one listens.
http_status() {
  {
    exec 3<>"/dev/tcp/127.0.0.1/$port" || return 0
  } 2>/dev/null
  printf 'GET %s HTTP/1.1\r\nHost: localhost:%s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n' \
    "$1" "$port" "${2:-none}" >&3
  head -n 1 <&3 | cut -d ' ' -f 2
  exec 3>&-
}

answers() { [ "$(http_status "$1" "${3:-}")" = "$2" ]; }
is_closed() { [ -z "$(http_status /data)" ]; }
ended_with() { [ "$status" = "$1" ]; }
says() { grep -q -- "$1" "$out"; }
does_not_say() { ! grep -q -- "$1" "$out" "$err"; }
token_shown() { sed -n 's/^admin token: //p' "$out"; }
mode_is_0600() { [ "$(stat -c %a "$1" 2>/dev/null || stat -f %Lp "$1")" = 600 ]; }

# One line on stderr that has the text, nothing on stdout, exit code 1.
fails_with() { [ "$status" = 1 ] && [ ! -s "$out" ] && [ "$(wc -l <"$err")" -eq 1 ] && grep -q -- "$1" "$err"; }

# Exit code 2 and the usage.
is_refused() { [ "$status" = 2 ] && grep -q '^Usage: rockpool' "$err"; }

# --- the command line ------------------------------------------------------------------------------------------------

run --version
check 'rockpool --version' says '^rockpool [0-9]'
run nonsense
check 'an unknown command is refused with the usage' is_refused
run demo --port nonsense
check 'a port that is no number is refused with the usage' is_refused
run bench nonsense
check 'an unknown benchmark is refused and the known ones are listed' \
  eval '[ "$status" = 2 ] && grep -q "it must be one of .*origin" "$err"'

readme_commands_exist() {
  local command commands
  commands=$(grep -o '\./rockpool [a-z][a-z-]*' "$root/README.md" | cut -d ' ' -f 2 | sort -u)
  [ -n "$commands" ] || return
  for command in $commands; do
    [ "$command" = test ] && continue
    run "$command" --help
    [ "$status" = 0 ] || return
  done
}
check 'every ./rockpool command in README.md exists' readme_commands_exist

# --- the demo, its token and its end ---------------------------------------------------------------------------------

db=$scratch/new/incentive.db
start --db "$db"
first=$(token_shown)
check 'the first start serves the scoreboard' answers / 200
check 'and its data' answers /data 200
check 'it shows a token of 256 bits' eval '[ "${#first}" = 43 ]'
check 'which opens the pool statistics' answers /admin/connection_pool_stats 200 "$first"
check 'that no one else may see' answers /admin/connection_pool_stats 401
check 'the token is stored for its owner alone' mode_is_0600 "$db.token"

taken=$port
run demo --port "$taken" --db "$scratch/other.db"
check 'a port in use is one message' fails_with "port $taken"
check 'and no token was made' eval '[ ! -e "$scratch/other.db.token" ]'

: >"$out"
stop TERM
check 'SIGTERM ends it with 143' ended_with 143
check 'and it says so' says '^stopped$'
check 'and no one listens' is_closed

start --db "$db"
check 'the second start does not show the token' eval '[ -z "$(token_shown)" ] && ! grep -q -e "$first" "$out" "$err"'
check 'and says where it is and how to have a new one' says "$db.token.*--new-token"
check 'the token still holds' answers /admin/connection_pool_stats 200 "$first"
stop INT
check 'SIGINT ends it with 130' ended_with 130

start --db "$db" --new-token
second=$(token_shown)
check '--new-token shows another' eval '[ "${#second}" = 43 ] && [ "$second" != "$first" ]'
check 'which holds' answers /admin/connection_pool_stats 200 "$second"
check 'and the old one does not' answers /admin/connection_pool_stats 401 "$first"
stop TERM

given=given-by-the-environment
ROCKPOOL_ADMIN_TOKEN=$given start --db "$scratch/given.db"
check 'a token from the environment holds' answers /admin/connection_pool_stats 200 "$given"
check 'is not shown' does_not_say "$given"
check 'nor any other' does_not_say 'admin token'
check 'and is not stored' eval '[ ! -e "$scratch/given.db.token" ]'
stop TERM

ROCKPOOL_ADMIN_TOKEN=short run demo --port 0 --db "$scratch/short.db"
check 'a token that is too easy to guess is one message' fails_with ROCKPOOL_ADMIN_TOKEN
run demo --port 0 --db "$root/pom.xml"
check 'a file that is no database is one message' fails_with "--db $root/pom.xml"

# --- the doctor ------------------------------------------------------------------------------------------------------

run doctor --json "$db"
check 'the doctor reads what the demo left and finds no error in it' \
  eval '[ "$status" -le 1 ] && says "\"clean\" : " && ! says "\"severity\" : \"error\""'
run doctor "$root/pom.xml"
check 'and cannot read what is no database' \
  eval '[ "$status" = 2 ] && [ ! -s "$out" ] && grep -q "$root/pom.xml is no SQLite database" "$err"'

# --- without the tools -----------------------------------------------------------------------------------------------

# A PATH with the few tools the launcher needs, and neither Java, Maven nor apt-get.
bare=$scratch/bin
mkdir "$bare"
for tool in bash cksum cut dirname find flock head id mkdir rm sed sort tr xargs; do
  ln -s "$(command -v "$tool" || echo /nonexistent)" "$bare/$tool"
done

java_home=${JAVA_HOME:-$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')}
JAVA_HOME=$java_home PATH=$bare run --version
check 'a built tree starts without Maven' says '^rockpool [0-9]'

JAVA_HOME='' PATH=$bare run --version
check 'without Java it says what is needed' fails_with 'Java 17 or newer is needed'

printf '#!/bin/sh\necho "    java.specification.version = 11"\n' >"$bare/java"
chmod +x "$bare/java"
JAVA_HOME='' PATH=$bare run --version
check 'an old Java is named' fails_with "$bare/java is 11"
rm "$bare/java"

(cd "$root" && tar cf - --exclude target --exclude node_modules rockpool .mvn pom.xml rockpool-*/ examples) |
  tar xf - -C "$scratch/new"
rockpool=$scratch/new/rockpool
JAVA_HOME=$java_home PATH=$bare run --version
check 'without Maven it says how to have it' fails_with 'apt-get install maven'

# Root on a system with apt-get, as far as the launcher can see; the Maven that is installed refuses to build.
printf '#!/bin/sh\necho 0\n' >"$scratch/id"
printf '#!/bin/sh\n[ "$1" != -v ] || echo "Apache Maven 3.8.7"\n[ "$1" = -v ]\n' >"$scratch/mvn"
printf '#!/bin/sh\n[ "$1" = update ] || PATH=%q ln -sf %q %q\n' "$PATH" "$scratch/mvn" "$bare/mvn" >"$bare/apt-get"
chmod +x "$scratch/id" "$scratch/mvn" "$bare/apt-get"
ln -sf "$scratch/id" "$bare/id"
JAVA_HOME=$java_home PATH=$bare run --version
check 'where it can, it installs Maven and says so' grep -q 'installing with apt-get: maven' "$err"
check 'and a build that fails ends it' eval '[ "$status" = 1 ] && grep -q "the build failed" "$err"'

if [ "$failures" = 0 ]; then
  echo 'launcher checks: passed'
else
  echo "launcher checks: $failures FAILED"
  exit 1
fi

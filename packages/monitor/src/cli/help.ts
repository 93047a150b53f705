/** What `hitrate --help` prints. */
export const HELP = `Asks a Hitrate monitor over HTTP.

  hitrate stats     all lookups together: hit rate, outcomes, times, loads
  hitrate patterns  the same by key pattern, most lookups first
  hitrate health    is it well; the exit code says so too
  hitrate warm [strategy ...]
                    warms the cache now, and reports; without a strategy, all
  hitrate alerts    what is wrong, since when, and what to do about it

  --url <address>   the service, or where its monitor is mounted; or HITRATE_URL.
                    An address without a path means /api/v1/cache there
  --token <token>   or HITRATE_TOKEN, which no list of processes shows
  --window <time>   stats, patterns, health: how far back, such as 5m, 1h, 24h
  --scope <scope>   stats, patterns, health, warm: process, the one that answers, or
                    fleet, all that share its L2
  --watch           not warm: again every two seconds, until Ctrl-C
  --json            the monitor's own answer, for scripts
  -h, --help        this

Exit codes
   0  healthy; of other commands: done
   1  health is a warning; warm: something was not warmed
   2  health is degraded
   3  the monitor can't be reached, or refused
  64  the command line or a value in it is wrong

Colours only on a terminal, and not with NO_COLOR.
`

// What Redis commands mean to a proxy that shares connections between callers: https://redis.io/docs/latest/commands/

/** Commands that change the state of their connection, wait on it, or turn it into a stream of messages. */
const EXCLUSIVE = new Set(
  (
    'MULTI EXEC DISCARD WATCH UNWATCH SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE MONITOR ' +
    'SYNC PSYNC BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF XREAD XREADGROUP ' +
    'HELLO AUTH SELECT CLIENT RESET READONLY READWRITE ASKING QUIT'
  ).split(' '),
);

/** What is known of a command that came in some case. */
interface Known {
  readonly name: string;
  readonly isExclusive: boolean;
}

/** Commands that have been seen: few, and the same again and again. */
const MOST_SEEN = 512;
const seen = new Map<string, Known>();
/** The last of them: a frame is asked for its name, and then whether it needs a connection. */
let lastText = '';
let last: Known = { name: '', isExclusive: false };

function known(text: string): Known {
  if (text === lastText) return last;
  let command = seen.get(text);
  if (command === undefined) {
    const end = text.search(/\s/);
    const name = (end < 0 ? text : text.slice(0, end)).toUpperCase();
    command = { name, isExclusive: EXCLUSIVE.has(name) };
    if (text.length > 32) return command;
    if (seen.size < MOST_SEEN) seen.set(text, command);
  }
  lastText = text;
  last = command;
  return command;
}

/** A command as Redis names it, whatever the case it came in. */
export function commandName(text: string): string {
  return known(text).name;
}

/** Whether a caller needs an upstream connection of its own from this command on. */
export function needsConnection(text: string): boolean {
  return known(text).isExclusive;
}

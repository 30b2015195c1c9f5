// What Redis commands mean to a proxy that shares connections between callers: https://redis.io/docs/latest/commands/

/** Commands that change the state of their connection, wait on it, or turn it into a stream of messages. */
const EXCLUSIVE = new Set(
  (
    'MULTI EXEC DISCARD WATCH UNWATCH SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE MONITOR ' +
    'SYNC PSYNC BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF XREAD XREADGROUP ' +
    'HELLO AUTH SELECT CLIENT RESET READONLY READWRITE ASKING QUIT'
  ).split(' '),
);

/** Commands in capitals that have been seen: few, and the same again and again. */
const MOST_SEEN = 512;
const seen = new Map<string, string>();

/** A command as Redis names it, whatever the case it came in. */
export function commandName(text: string): string {
  const known = seen.get(text);
  if (known !== undefined) return known;
  const end = text.search(/\s/);
  const name = (end < 0 ? text : text.slice(0, end)).toUpperCase();
  if (seen.size < MOST_SEEN && text.length <= 32) seen.set(text, name);
  return name;
}

/** Whether a caller needs an upstream connection of its own from this command on. */
export function needsConnection(text: string): boolean {
  return EXCLUSIVE.has(commandName(text));
}

/** What an L7 proxy means by each cause of an answer of its own, and the status that it gives. */
const words: Readonly<Record<string, string>> = {
  'no-target': '503, no target to send to',
  refused: '502, the target refused the connection',
  'connect-timeout': '504, the target did not take the connection',
  tls: '502, TLS with the target failed',
  reset: '502, the target reset the connection',
  'closed-early': '502, the target closed before its answer',
  'bad-response': '502, what the target said was no answer',
  'response-timeout': '504, no answer in time',
  'queue-timeout': '503, waited too long for a connection',
  'queue-full': '503, too many were waiting already',
  'tunnel-idle': 'a silent tunnel was cut',
  'let-go': 'cut when its target left',
  'client-gone': 'the client left before its answer',
  policy: 'a policy answered',
  'bad-request': '400, not a request that it reads',
  'request-timeout': '408, the request came too slowly',
  'too-large': '413, 414 or 431, larger than allowed',
};

/** A cause that has no words yet is shown by its name. */
export function causeWords(cause: string): string {
  if (cause.startsWith('policy ')) return 'answered by this policy, as its settings say';
  return words[cause] ?? cause;
}

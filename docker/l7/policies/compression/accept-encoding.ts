/**
 * Which of the encodings on offer a client likes most (RFC 9110 section 12.5.3); null: as it is. Without the field
 * anything would be acceptable, but a client that says nothing can seldom decode anything.
 */
export function chooseEncoding<E extends string>(header: string | null, offered: readonly E[]): E | null {
  if (header === null) return null;
  const weights = readWeights(header);
  const any = weights.get('*');
  let best: E | null = null;
  // Identity is acceptable unless it is refused, but it loses to any coding that is asked for, unless it is asked for more.
  let most = weights.get('identity') ?? 0;
  for (const encoding of offered) {
    const weight = weights.get(encoding) ?? any ?? 0;
    const better = best === null ? weight >= most : weight > most;
    if (weight > 0 && better) {
      best = encoding;
      most = weight;
    }
  }
  return best;
}

function readWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (coding === '') continue;
    const stated = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = stated === undefined ? 1 : Number(stated.slice(2));
    // RFC 9110 12.4.2; what is no weight is no wish.
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, weight >= 0 && weight <= 1 ? weight : 0);
  }
  return weights;
}

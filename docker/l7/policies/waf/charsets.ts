/** In which a byte of ASCII is what it is everywhere: in others a tag can be written that no rule knows again. */
export const plainCharsets: readonly string[] = [
  'utf-8',
  'utf8',
  'iso-8859-1',
  'iso-8859-15',
  'windows-1252',
  'us-ascii',
];

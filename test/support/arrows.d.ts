export const allowed: Readonly<Record<string, readonly string[]>>;
export const packageHomes: Readonly<Record<string, readonly string[]>>;
export const arrows: Readonly<Record<string, { readonly forbidden: readonly unknown[] }>>;

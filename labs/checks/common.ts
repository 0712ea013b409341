import { z } from 'zod';

/** How often a true claim may be called false by chance. What is verified over and over needs this or less. */
export const falseAlarm = z.number().min(1e-9).max(0.05).default(1e-4);
export const recentSeconds = z.number().min(0.5).max(600).default(2);
export const share = z.number().min(0).max(1);
export const targetState = z.enum(['initial', 'healthy', 'unhealthy', 'draining', 'unused']);
export const statusSchema = z.string().regex(/^[1-5]\d\d$/, 'a status');
export const count = z.union([z.literal('all'), z.int().min(0)]);

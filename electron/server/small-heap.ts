import { setFlagsFromString } from 'node:v8';

/**
 * V8 takes memory before it collects, by the size of the machine: with a lab up the host stands at 175 MiB, and with
 * these two at 128, for the same work. Both are read whenever the heap would grow.
 */
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--optimize-for-size');

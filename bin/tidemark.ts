#!/usr/bin/env node
import { tidemark } from '../cli/tidemark.ts';

// Whoever read the output wants no more of it: the exit code of a program that ends of SIGPIPE.
process.stdout.on('error', () => process.exit(141));
process.once('SIGINT', () => process.exit(130));
process.exitCode = await tidemark(process.argv.slice(2), process.env);

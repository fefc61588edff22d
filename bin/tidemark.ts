#!/usr/bin/env node
import { runCommandLine } from '../cli/tidemark.ts';

// The reader of the output closed it. 141 is the exit code of a program that SIGPIPE ends, 130 of one that SIGINT ends.
process.stdout.on('error', () => process.exit(141));
process.once('SIGINT', () => process.exit(130));
process.exitCode = await runCommandLine(process.argv.slice(2), process.env);

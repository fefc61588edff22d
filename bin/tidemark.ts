#!/usr/bin/env node
import { runCommandLine } from '../cli/tidemark.ts';

// The reader of the output closed it. A program that SIGPIPE ends has exit code 141; SIGINT gives 130.
process.stdout.on('error', () => process.exit(141));
process.once('SIGINT', () => process.exit(130));
process.exitCode = await runCommandLine(process.argv.slice(2), process.env);

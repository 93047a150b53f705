#!/usr/bin/env node
import { run } from './run.ts'

// `hitrate patterns | head` closes the pipe: nobody reads any more, and that is no failure.
process.stdout.on('error', () => process.exit())
process.exitCode = await run(process.argv.slice(2), process)

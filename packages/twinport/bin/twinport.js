#!/usr/bin/env node
import { main } from "../dist/main.js";

// Not only the exit code: output that nobody takes would keep the process for ever.
process.exit(await main(process.argv.slice(2)));

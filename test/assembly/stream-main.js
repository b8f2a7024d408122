import { readFileSync } from 'node:fs';
import * as glue from '../../assembly/pkg/forecaster.js';
import { digests } from './stream.js';

/** Prints the digests of the stream, for a Node other than the tests' own. */
const wasm = readFileSync(new URL('../../assembly/pkg/forecaster_bg.wasm', import.meta.url));
console.log(JSON.stringify(await digests(glue, wasm)));

// The official JS client as a foreign process: connects to a relay, calls functions, prints one result a line. See README.md.
import './polyfill.mjs';
const { Fluence, v5_callFunction } = await import('@fluencelabs/js-client');

let text = '';
for await (const chunk of process.stdin) text += chunk;
const { relay, calls } = JSON.parse(text);
await Fluence.connect(relay, {});
for (const { script, definition, args } of calls) {
  process.stdout.write(JSON.stringify(await v5_callFunction(args, definition, script)) + '\n');
}
await Fluence.disconnect();
process.exit(0);

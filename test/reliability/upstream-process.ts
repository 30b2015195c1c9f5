import { ScriptedUpstream } from './scripted-upstream.js';

// A ScriptedUpstream in a process of its own, to be killed. Says `listens on PORT`, and `half` once it has sent
// half a reply. Argument: the port, 0 for any free one.
const upstream = new ScriptedUpstream({ onHalf: () => console.log('half') });
console.log(`listens on ${await upstream.listen(Number(process.argv[2] ?? '0'))}`);

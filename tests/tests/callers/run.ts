// Calls everything of `program.ts`; prints one JSON line for each call. Argument: the relay's address.
import { Fluence } from "@fluencelabs/js-client";
import { ask, both, delete as negate, far, record, registerJournal, sum, tell, type Answer } from "./program.js";

const print = (name: string, value: unknown) => console.log(JSON.stringify([name, value]));
const relay = process.argv[2];
if (relay === undefined) throw new Error("no relay");
await Fluence.connect(relay, {});

print("sum", await sum(2, 3));
const answered: Answer = await ask("why", (text, certainty, callParams) => {
    const initiator: string = callParams.initPeerId;
    return { text: `${text}?`, certainty: initiator === "" ? null : certainty / 4, type: [certainty] };
});
print("ask", answered);
const [left, found]: [string, Answer | null] = await both("l", null, [answered], { ttl: 5000 });
print("both", [left, found]);
print("nobody", await both("l", "p", []));

const lines: [string, number | null][] = [];
registerJournal({
    note: (line, importance) => lines.push([line, importance]),
    clear: () => {},
    answers: () => [null, answered],
});
print("record", await record("x"));
print("lines", lines);
print("delete", await negate(true));
print("far", await far("ab"));
await new Promise<void>((resolve) => void tell((word) => { print("tell", word); resolve(); }));
print("client", await sum(Fluence.getClient(), 4, 5));
await Fluence.disconnect();
process.exit(0);

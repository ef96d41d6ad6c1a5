import type { Bench, Thing } from "../bench.ts";
import { leanPersonOf, personOf } from "../people.ts";
import { nameOf } from "../throw-away.ts";
import { type Probe, sentence, withAnn, withoutGroups } from "./probe.ts";

const resourceOf = ({ run, domain, known }: Bench, what: string) =>
  known.isLean ? leanPersonOf(run, what, domain) : personOf(run, what, domain);

export const deletion: Probe = {
  name: "Deleting a user",
  lacks: withAnn,
  examine: async (bench) => {
    const name = nameOf(bench.run, "gone", bench.domain);
    const { thing } = await bench.make("User", name, resourceOf(bench, "gone"));
    if (thing === null) return;
    const heard = await bench.remove(thing);
    const { shown, status } = await bench.look(thing);
    if (heard.trouble !== null) return void bench.tell("deleteRefused", { said: sentence(heard) });
    if (status === 404 || status === 410) bench.tell("deletes", { status: heard.status });
    else if (shown !== null && shown.active !== false)
      return void bench.tell("deleteIgnored", { status: heard.status });
    else bench.tell("deletesSoftly");
    const again = await bench.make("User", name, resourceOf(bench, "gone"));
    if (again.thing !== null) bench.tell("nameIsFree");
    else bench.tell("nameStaysTaken", { status: again.heard.status });
  },
};

export const groupDeletion: Probe = {
  name: "Deleting a group",
  isNeedless: withoutGroups,
  lacks: (bench) => withAnn(bench) ?? (bench.known.team === null ? "no group could be created." : null),
  examine: async (bench) => {
    const team = bench.known.team as Thing;
    const heard = await bench.remove(team);
    const { status } = await bench.look(team);
    if (status === 404 || status === 410) bench.tell("groupDeleted");
    else bench.tell("groupStays", { status: heard.status });
  },
};

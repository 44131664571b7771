import type { ServerCheckFound } from "./server-check.ts";
import type { ServerFacts } from "./server-facts.ts";

/** With fewer, the clients behind one NAT are in each other's way. */
const FEW_SHARED = 10;

/** So near to the bound the kernel begins to forget what it should remember. */
const NEARLY = 0.8;

/** Whether the range is large enough for those who come. */
export function checkCapacity({ deployment: { passive, sessions }, timeWait }: ServerFacts): ServerCheckFound[] {
  const found: ServerCheckFound[] = [];
  if (passive && passive.ports) {
    const count = passive.ports.to - passive.ports.from + 1;
    const isEnough = sessions !== undefined && sessions <= count;
    if (passive.sharesPorts) {
      const code = count < FEW_SHARED && !isEnough ? "capacity-shared-few" : "capacity-shared";
      found.push({ code, facts: { count } });
    } else if (isEnough) found.push({ code: "capacity-own", facts: { count, sessions } });
    else found.push({ code: "capacity-own-few", facts: { count, sessions } });
  }
  if (timeWait && timeWait.count > timeWait.most * NEARLY) found.push({ code: "time-wait-many", facts: timeWait });
  return found;
}

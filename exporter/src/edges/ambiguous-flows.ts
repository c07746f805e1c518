/** Ends of UDP flows that may be in several namespaces of this host, as networks overlap. */
export class AmbiguousFlows {
  private readonly sightings = new Map<string, Sighting>();

  /** `isKnown` says whether the end has been found since, by the namespace that it is in. */
  note(key: string, pass: number, isKnown: () => boolean): void {
    const known = this.sightings.get(key);
    if (known === undefined) {
      this.sightings.set(key, { firstPass: pass, lastPass: pass, isCounted: false, isKnown });
    } else {
      known.lastPass = pass;
    }
  }

  /** At the end of a pass: how many are new and still nobody's. The right table may be read a pass later. */
  settle(pass: number): number {
    let lost = 0;
    for (const [key, sighting] of this.sightings) {
      if (!sighting.isCounted && sighting.firstPass < pass && !sighting.isKnown()) {
        sighting.isCounted = true;
        lost++;
      }
      if (sighting.lastPass < pass - PASSES_REMEMBERED) {
        this.sightings.delete(key);
      }
    }
    return lost;
  }
}

interface Sighting {
  readonly firstPass: number;
  lastPass: number;
  isCounted: boolean;
  readonly isKnown: () => boolean;
}

const PASSES_REMEMBERED = 10;

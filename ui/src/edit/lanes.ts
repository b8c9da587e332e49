// Which clients the open work is measured in.
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { WireLane } from '../host/bindings/WireLane';

/** Measured in a lane as well, or no longer; the others stay as they are. */
export function setLane(doc: ExperimentDoc, lane: WireLane, wanted: boolean): ExperimentDoc {
  if (doc.lanes.includes(lane) === wanted) return doc;
  return { ...doc, lanes: wanted ? [...doc.lanes, lane] : doc.lanes.filter((other) => other !== lane) };
}

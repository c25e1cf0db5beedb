/** The console as a person sees it: what is on the page, found by the ids that the page gives to tests. */
import { until } from "./desk.mjs";

export class Page {
  constructor(session) {
    this.session = session;
  }

  /** The element with this test id, once it is there. */
  element(id) {
    return until(`there is a ${id}`, () => this.session.find(`[data-testid="${id}"]`));
  }
}

/**
 * What a hostile page tries, run inside of it by the browser. Every try answers what it got hold of: null when it was nothing.
 * `target` is `host:port` of the victim; `node` an id that the attacker knows, which is generous; `mark` a file that must not appear.
 */
window.attacks = (() => {
  const TIME = 2500;
  const command = (mark) => `touch ${mark}`;
  const order = ({ mark }) => ({
    skill_name: "ShellSkill",
    method_name: "run",
    parameters: { command: command(mark) },
  });
  const paths = ({ node }) => [
    "/api/v1/nodes",
    `/api/v1/nodes/${node}`,
    `/api/v1/nodes/${node}/execute`,
    `/api/v1/nodes/${node}/revoke`,
    "/api/v1/dispatch",
    "/api/v1/executions",
    "/api/v1/join-codes",
    "/api/v1/tokens",
    "/api/v1/waiting",
    "/metrics",
    "/openapi.json",
    "/healthz",
  ];
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
  const types = [
    null,
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json",
    "text/plain; charset=application/json",
    "application/csp-report",
  ];
  const limited = (promise) => Promise.race([promise, new Promise((done) => setTimeout(() => done(null), TIME))]);

  function body(options, path) {
    if (path.endsWith("/tokens")) return { name: "evil", role: "admin" };
    if (path.endsWith("/join-codes")) return { label: "evil" };
    if (path.endsWith("/executions")) return { ...order(options), node_id: options.node };
    return order(options);
  }

  /** One request; `open` paths tell nothing worth having, as long as they are told to their own page only. */
  async function request(options, path, init) {
    try {
      const answer = await fetch(`http://${options.target}${path}`, { signal: AbortSignal.timeout(TIME), ...init });
      if (answer.type === "opaque") return { seen: null, status: 0 };
      const text = await answer.text();
      return { seen: answer.ok ? `${answer.status} ${text.slice(0, 80)}` : null, status: answer.status };
    } catch (error) {
      return { seen: null, status: String(error) };
    }
  }

  /** Every method with every kind of body, in every mode, for every path; `brief` is one of each that matters most. */
  async function requests(options) {
    const tries = [];
    const modes = options.brief ? ["cors"] : ["cors", "no-cors", "same-origin"];
    const kinds = options.brief ? [null, "application/json"] : types;
    for (const path of paths(options))
      for (const method of methods)
        for (const mode of modes)
          for (const type of method === "GET" || method === "HEAD" ? [null] : kinds) {
            if (mode === "no-cors" && !["GET", "HEAD", "POST"].includes(method)) continue;
            const headers = type ? { "content-type": type } : {};
            const text = method === "GET" || method === "HEAD" ? undefined : JSON.stringify(body(options, path));
            const init = { method, mode, headers, body: text, credentials: "include" };
            tries.push([`${mode} ${method} ${path} ${type}`, path, init]);
          }
    const credentials = { authorization: "Bearer nxs_guess", "x-forwarded-for": "127.0.0.1", "x-api-key": "x" };
    for (const [name, value] of Object.entries(credentials))
      for (const path of paths(options))
        tries.push([`preflight ${name} ${path}`, path, { headers: { [name]: value } }]);
    return inTurn(tries, async ([name, path, init]) => ({ name, ...(await request(options, path, init)) }));
  }

  /** So many at once that it is quick, and so few that nothing is dropped by the browser. */
  async function inTurn(tries, one) {
    const results = [];
    const next = tries.values();
    const worker = async () => {
      for (const item of next) results.push(await one(item));
    };
    await Promise.all(Array.from({ length: 6 }, worker));
    return results;
  }

  /** WebSockets: no preflight guards them. */
  async function sockets(options) {
    const tries = [];
    for (const path of [
      "/ws/events",
      "/ws/nodes",
      "/ws/events?token=guess",
      "/ws/nodes/",
      "//ws/nodes",
      "/api/v1/nodes",
    ])
      for (const protocols of [[], ["nexus"], ["bearer", "nxs_guess"]]) tries.push([path, protocols]);
    return inTurn(tries, ([path, protocols]) => {
      const opened = new Promise((done) => {
        const socket = new WebSocket(`ws://${options.target}${path}`, protocols);
        socket.onopen = () => done("opened");
        socket.onmessage = ({ data }) => done(`said ${data}`);
        socket.onerror = () => done(null);
      });
      return limited(opened).then((seen) => ({ name: `socket ${path} ${protocols}`, seen }));
    });
  }

  /** Forms are sent without asking anybody; their answers go into a frame. */
  async function forms(options) {
    const tries = [];
    for (const path of paths(options))
      for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
        for (const method of ["post", "get"]) tries.push([path, enctype, method]);
    return inTurn(tries, async ([path, enctype, method]) => {
      const name = `frame-${Math.random().toString(36).slice(2)}`;
      const frame = document.body.appendChild(Object.assign(document.createElement("iframe"), { name }));
      const form = document.createElement("form");
      Object.assign(form, { action: `http://${options.target}${path}`, method, enctype, target: name });
      // As text/plain this is `{…,"x":"=y"}`: JSON.
      const whole = JSON.stringify(body(options, path)).replace(/\}$/, ',"x":"');
      form.append(Object.assign(document.createElement("input"), { name: whole, value: 'y"}' }));
      document.body.append(form);
      const loaded = new Promise((done) => frame.addEventListener("load", () => done(read(frame)), { once: true }));
      form.submit();
      const seen = await limited(loaded);
      form.remove();
      frame.remove();
      return { name: `form ${method} ${enctype} ${path}`, seen };
    });
  }

  function read(frame) {
    try {
      const text = frame.contentDocument?.body?.textContent ?? "";
      return text && !text.includes('"code"') ? text.slice(0, 80) : null;
    } catch {
      return null;
    }
  }

  /** Everything that loads something from elsewhere. Whoever gets a `load` has got hold of it. */
  async function inclusions(options) {
    const make = {
      img: (url) => ({ tag: "img", src: url }),
      script: (url) => ({ tag: "script", src: url }),
      module: (url) => ({ tag: "script", type: "module", src: url }),
      style: (url) => ({ tag: "link", rel: "stylesheet", href: url }),
      preload: (url) => ({ tag: "link", rel: "preload", as: "script", href: url }),
      video: (url) => ({ tag: "video", src: url }),
      audio: (url) => ({ tag: "audio", src: url }),
      embed: (url) => ({ tag: "embed", src: url }),
      object: (url) => ({ tag: "object", data: url }),
    };
    const tries = [];
    for (const path of paths(options)) for (const kind of Object.keys(make)) tries.push([kind, path]);
    return inTurn(tries, async ([kind, path]) => {
      const { tag, ...attributes } = make[kind](`http://${options.target}${path}`);
      const element = Object.assign(document.createElement(tag), attributes);
      const loaded = new Promise((done) => {
        for (const event of ["load", "loadeddata"]) element.addEventListener(event, () => done(`${kind} loaded`));
        for (const event of ["error", "abort"]) element.addEventListener(event, () => done(null));
      });
      document.body.append(element);
      // Embedding elements say `load` for a page of an error, too; what counts is what can be read of it.
      const seen = await limited(loaded).then((got) => (["embed", "object"].includes(kind) ? read(element) : got));
      element.remove();
      return { name: `${kind} ${path}`, seen };
    });
  }

  /** Ways to send something that are none of the above. */
  async function oddities(options) {
    const results = [];
    for (const path of paths(options)) {
      const url = `http://${options.target}${path}`;
      for (const type of ["text/plain", "application/json", "application/x-www-form-urlencoded"]) {
        const blob = new Blob([JSON.stringify(body(options, path))], { type });
        try {
          navigator.sendBeacon(url, blob);
        } catch {
          // Not even sent.
        }
        results.push({ name: `beacon ${type} ${path}`, seen: null });
      }
      const source = new EventSource(url);
      const told = new Promise((done) => {
        source.onopen = () => done("opened");
        source.onerror = () => done(null);
      });
      results.push({ name: `event source ${path}`, seen: await limited(told) });
      source.close();
      const worker = new Promise((done) => {
        const code = `try { importScripts(${JSON.stringify(url)}); postMessage("imported"); } catch { postMessage(null); }`;
        const one = new Worker(URL.createObjectURL(new Blob([code])));
        one.onmessage = ({ data }) => done(data);
        one.onerror = () => done(null);
      });
      results.push({ name: `worker ${path}`, seen: await limited(worker) });
    }
    return results;
  }

  return { requests, sockets, forms, inclusions, oddities };
})();

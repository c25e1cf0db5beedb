#!/usr/bin/env python3
"""Three things to do with a swarm, by the REST API of a running Nexus: a shell command on one node, files on one
node, and work that the Nexus spreads over its nodes.

    nexus serve                                   # in one terminal
    SPORE_SHARED_TOKEN=… spore                    # in others; two, for the third scenario
    NEXUS_TOKEN=$(nexus token) python3 demo.py    # here

Python 3.9 or newer, nothing else. Ends with 0 when everything succeeded, otherwise with 1.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SCENARIOS = ("shell", "files", "balance")
# How long a command may take on its node, and how much longer the answer may take to come back, in seconds.
TIMEOUT = 30
MARGIN = 10


class Failed(Exception):
    """What went wrong, as a sentence for people."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another server."""

    def redirect_request(self, *_):
        return None


class Nexus:
    """The few calls of the REST API that are needed here."""

    def __init__(self, url, token):
        self.url = url.rstrip("/")
        self.token = token
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())

    def online_nodes(self):
        return self.ask("GET", "/api/v1/nodes?online_only=true")["nodes"]

    def execute(self, node, skill, method, **parameters):
        """Runs a method on the node that is given."""
        path = "/api/v1/nodes/{}/execute".format(urllib.parse.quote(node["node_id"], safe=""))
        return self.run(path, skill, method, parameters)

    def dispatch(self, skill, method, **parameters):
        """Runs a method on the node that the Nexus chooses."""
        return self.run("/api/v1/dispatch", skill, method, parameters)

    def run(self, path, skill, method, parameters):
        body = {"skill_name": skill, "method_name": method, "parameters": parameters, "timeout": TIMEOUT}
        answer = self.ask("POST", path, body)
        # 200 says that the node answered; whether it did what was asked stands in `success`.
        if not answer["success"]:
            raise Failed("{}.{} failed: {}\n{}".format(
                skill, method, answer.get("error") or "no reason given", answer.get("result") or "").strip())
        return answer

    def ask(self, verb, path, body=None):
        request = urllib.request.Request(self.url + path, method=verb)
        request.add_header("Accept", "application/json")
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with self.opener.open(request, timeout=TIMEOUT + MARGIN) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise Failed(self.refusal(error)) from error
        except urllib.error.URLError as error:
            raise Failed("no Nexus answers at {} ({}). Start one with `nexus serve`, or set NEXUS_URL.".format(
                self.url, error.reason)) from error
        except (OSError, ValueError) as error:
            raise Failed("the answer of {} cannot be used: {}".format(self.url, error)) from error

    @staticmethod
    def refusal(error):
        try:
            detail = json.load(error)["detail"]
        except (OSError, ValueError, KeyError, TypeError):
            detail = error.reason
        if not isinstance(detail, str):
            detail = json.dumps(detail, ensure_ascii=False)
        if error.code == 401:
            detail += "\nHere the token comes from NEXUS_TOKEN or from the file given with --token-file."
        return "{} {}".format(error.code, detail)


def shell(nexus, nodes):
    """One command on one node."""
    node = first_with("ShellSkill", nodes)
    say("on {}: echo 'Hello from a remote node' && uname -a".format(node["node_name"]))
    answer = nexus.execute(node, "ShellSkill", "run", command="echo 'Hello from a remote node' && uname -a")
    show(answer)


def files(nexus, nodes):
    """Write a file on one node, read it back, list its directory."""
    node = first_with("FileSkill", nodes)
    path, text = "demo/hello.txt", "Written through the Nexus at {}.\n".format(time.strftime("%Y-%m-%d %H:%M:%S"))
    say("on {}: write {}".format(node["node_name"], path))
    show(nexus.execute(node, "FileSkill", "write_file", path=path, content=text))
    say("on {}: read {}".format(node["node_name"], path))
    answer = nexus.execute(node, "FileSkill", "read_file", path=path)
    show(answer)
    if answer["result"] != text:
        raise Failed("the file does not hold what was written")
    say("on {}: list demo".format(node["node_name"]))
    show(nexus.execute(node, "FileSkill", "list_files", path="demo"))


def balance(nexus, nodes):
    """Six commands at the same time, placed by the Nexus."""
    able = [node for node in nodes if "ShellSkill" in node["capabilities"]["skills"]]
    if len(able) < 2:
        say("note: with {} node online there is nothing to choose; start a second spore".format(len(able)))
    names = {node["node_id"]: node["node_name"] for node in nodes}
    taken = collections.Counter()

    def task(number):
        return nexus.dispatch("ShellSkill", "run", command="sleep 1; echo task {} is done".format(number))

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for number, answer in enumerate(pool.map(task, range(1, 7)), 1):
            node = names.get(answer["node_id"], answer["node_id"])
            taken[node] += 1
            say("task {} -> {} ({})".format(number, node, (answer.get("placement") or {}).get("reason", "?")))
            show(answer)
    say("6 tasks of 1 s took {:.1f} s: {}".format(
        time.monotonic() - began, ", ".join("{} on {}".format(count, node) for node, count in taken.most_common())))


def first_with(skill, nodes):
    for node in nodes:
        if skill in node["capabilities"]["skills"]:
            return node
    raise Failed("no online node offers {}".format(skill))


def show(answer):
    """The result of an execution, indented."""
    result = answer["result"]
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    for line in text.splitlines():
        say("    " + line)
    say("    [{:.3f} s]".format(answer["execution_time"]))


def say(text):
    """Prints without control characters: names and outputs are the nodes', and a terminal obeys some of them."""
    print("".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text), flush=True)


def arguments():
    parser = argparse.ArgumentParser(description="Three scenarios on the nodes of a running Nexus.")
    parser.add_argument("scenario", nargs="*", metavar="SCENARIO",
                        help="which ones: {} (default: all)".format(", ".join(SCENARIOS)))
    parser.add_argument("--url", default=os.environ.get("NEXUS_URL") or "http://127.0.0.1:8765",
                        help="the Nexus (default: NEXUS_URL, or http://127.0.0.1:8765)")
    parser.add_argument("--token-file", metavar="FILE",
                        help="file that holds the API token (default: NEXUS_TOKEN)")
    given = parser.parse_args()
    unknown = [name for name in given.scenario if name not in SCENARIOS]
    if unknown:
        parser.error("unknown scenario: {}".format(", ".join(unknown)))
    if not given.url.startswith(("http://", "https://")):
        parser.error("the URL of the Nexus begins with http:// or https://")
    return given


def token(given):
    if not given.token_file:
        return os.environ.get("NEXUS_TOKEN", "").strip()
    try:
        with open(given.token_file, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, ValueError) as error:
        raise Failed("cannot read the token: {}".format(error)) from error


def run(given):
    nexus = Nexus(given.url, token(given))
    nodes = nexus.online_nodes()
    if not nodes:
        raise Failed("no node is online at {}. Start one: SPORE_SHARED_TOKEN=… spore --nexus HOST:PORT".format(nexus.url))
    say("{} online at {}:".format(len(nodes), nexus.url))
    for node in nodes:
        say("  {}  {}  cpu {:.0%}  memory {:.0%}  tasks {}  {}".format(
            node["node_name"], ", ".join(node["capabilities"]["skills"]), node["cpu_usage"], node["memory_usage"],
            node["active_tasks"], " ".join(node["capabilities"]["tags"])))
    failures = 0
    for name in given.scenario or SCENARIOS:
        scenario = globals()[name]
        say("\n== {}: {}".format(name, scenario.__doc__))
        try:
            scenario(nexus, nodes)
        except Failed as problem:
            failures += 1
            complain(problem)
    say("\n{}".format("everything succeeded" if not failures else "{} scenario(s) failed".format(failures)))
    return 1 if failures else 0


def complain(problem):
    sys.stdout.flush()
    print("demo: {}".format(problem), file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(run(arguments()))
    except Failed as problem:
        complain(problem)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)

#!/usr/bin/env python3
"""Does one appliance stay up, answer and keep within its memory while it is fed a whole folder of strange files?

usage: whole_folder.py [--minutes M] [--ask-every S] [--kura PATH] [--files DIR] [--models DIR] [--set KEY=VALUE]...

Prepares a temporary data folder, reads the sample library into it, serves it on a free loopback port, and queues every
file under DIR. Until all of them are settled, or M minutes are over, it asks a question every S seconds over HTTP,
and looks every two seconds at the memory of the server and of all processes that it started. Then it ends the server
with SIGTERM. Prints one JSON object. The exit code is 0 when the server stayed up, every question was answered, and
memory beyond the models stayed under 1.5 GB.

Memory is counted as PSS: pages that two processes share count once. The models' share is what the server holds
at rest, after it has answered questions and before the first file arrives: the models, their working
memory, the dictionary, the index and the catalog of the sample library.
"""
import argparse, collections, http.cookiejar, json, os, re, shutil, signal, subprocess, sys, tempfile, threading, time
import urllib.error, urllib.parse, urllib.request

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
PASSWORD = "minato-measure-2026"
BUDGET = 1.5e9
QUESTIONS = [
    "粗大ごみの手数料はいくらですか", "公民館の休館日はいつですか", "年次休暇は何日ありますか", "住民票の写しの手数料はいくらですか",
    "VPNに接続できないときはどうしますか", "図書館は何時まで開いていますか", "授業料の納期はいつですか", "エラーコードE-12の意味は何ですか",
]


class Visitor:
    """Someone with a cookie jar."""

    def __init__(self, address):
        self.address, self.token = address, ""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar, Stay())

    def send(self, path, body=None, headers=None, timeout=120):
        request = urllib.request.Request(self.address + path, data=body, headers=headers or {})
        try:
            with self.opener.open(request, timeout=timeout) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def post(self, path, **fields):
        body = urllib.parse.urlencode({**fields, "form_token": self.token}).encode()
        return self.send(path, body, {"content-type": "application/x-www-form-urlencoded"})

    def sign_in(self, password):
        status, _ = self.post("/sign-in", login="admin", password=password)
        assert status == 303, f"signing in: {status}"
        self.token = json.loads(self.send("/api/session")[1])["form_token"]

    def ask(self, question):
        body = json.dumps({"question": question}).encode()
        status, answer = self.send("/api/ask", body, {"content-type": "application/json", "x-form-token": self.token})
        return status, answer

    def documents(self):
        return json.loads(self.send("/api/documents")[1])


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirections are answers, not orders."""

    def redirect_request(self, *_):
        return None


class Memory(threading.Thread):
    """Looks at the memory of a process and of all that it started."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.samples, self.ended = pid, [], False

    def run(self):
        while not self.ended:
            self.samples.append(self.look())
            time.sleep(2)

    def look(self):
        """(PSS of the server, PSS of its workers, number of workers), in bytes."""
        # A child that has not become a worker yet shares the server's memory, which must not count twice.
        own = command(self.pid)
        workers = [pss(child) for child in offspring(self.pid) if command(child) != own]
        return pss(self.pid), sum(workers), len(workers)


def pss(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return sum(int(line.split()[1]) * 1024 for line in f if line.startswith("Pss:"))
    except OSError:
        return 0


def command(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read()
    except OSError:
        return b""


def offspring(pid):
    parents = collections.defaultdict(list)
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as f:
                parents[int(f.read().rsplit(")", 1)[1].split()[1])].append(int(entry))
        except OSError:
            continue
    found, open_ = [], [pid]
    while open_:
        children = parents[open_.pop()]
        found += children
        open_ += children
    return found


def prepare(folder, models):
    os.makedirs(os.path.join(folder, "models"))
    os.makedirs(os.path.join(folder, "dictionary"))
    for name in os.listdir(models):
        if name.endswith((".gguf", ".toml")) and not name.startswith("."):
            place(os.path.join(models, name), os.path.join(folder, "models", name))
    place(os.path.join(models, "ipadic.dic"), os.path.join(folder, "dictionary", "ipadic.dic"))


def place(source, target):
    try:
        os.link(os.path.realpath(source), target)
    except OSError:
        shutil.copyfile(source, target)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else None


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=15)
    ap.add_argument("--ask-every", type=float, default=10)
    ap.add_argument("--kura", default=os.path.join(ROOT, "target/release/kura"))
    ap.add_argument("--files", default=os.path.join(ROOT, "../shared/data/files"))
    ap.add_argument("--models", default=os.path.join(ROOT, "deploy/models/cache"))
    ap.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="configuration, as in ingest.workers=1")
    a = ap.parse_args()
    environment = {**os.environ, **{"KURA_" + k.replace(".", "__").upper(): v for k, v in (s.split("=", 1) for s in a.set)}}
    with tempfile.TemporaryDirectory(prefix="kura-whole-folder-") as folder:
        prepare(folder, a.models)
        measured = measure(a, folder, environment)
    print(json.dumps(measured, ensure_ascii=False, indent=1))
    raise SystemExit(0 if measured["stayed_up"] and measured["unanswered"] == 0 and measured["beyond_models_mb"] < BUDGET / 1e6 else 1)


def measure(a, folder, environment):
    kura = [a.kura, "--data-dir", folder]
    password = json.loads(subprocess.run([*kura, "init", "--json"], capture_output=True, check=True, env=environment).stdout)["password"]
    subprocess.run([*kura, "ingest", os.path.join(ROOT, "deploy/sample/library")], capture_output=True, env=environment)
    log = open(os.path.join(folder, "serve.log"), "w+")
    server = subprocess.Popen([*kura, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    address = None
    for line in server.stdout:
        found = re.search(r"http://[^ /]+", line)
        if found:
            address = found.group(0)
            break
    assert address, "the server did not start"
    visitor = Visitor(address)
    visitor.sign_in(password)
    visitor.post("/password", current=password, new=PASSWORD, again=PASSWORD)
    visitor.sign_in(PASSWORD)
    quiet = [timed(visitor, question)[0] for question in QUESTIONS]
    memory = Memory(server.pid)
    at_rest = memory.look()[0]
    memory.start()
    known = {d["id"] for d in visitor.documents()}
    since = time.time()
    queueing = subprocess.Popen([*kura, "ingest", "--collection", "検証", a.files], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    took, unanswered, asked = [], 0, 0
    states = collections.Counter()
    while time.time() - since < a.minutes * 60 and server.poll() is None:
        seconds, good = timed(visitor, QUESTIONS[asked % len(QUESTIONS)])
        asked += 1
        took.append(seconds)
        unanswered += not good
        documents = [d for d in visitor.documents() if d["id"] not in known]
        states = collections.Counter(d["state"] for d in documents)
        print(f"{time.time() - since:6.0f} s  {dict(states)}  answer {seconds:.1f} s  memory {sum(memory.look()[:2]) / 1e6:.0f} MB", file=sys.stderr)
        if queueing.poll() is not None and not states["queued"] and not states["ingesting"]:
            break
        time.sleep(max(0, a.ask_every - seconds))
    minutes = (time.time() - since) / 60
    stayed_up = server.poll() is None
    documents = [d for d in visitor.documents() if d["id"] not in known] if stayed_up else []
    memory.ended = True
    queueing.terminate()
    queueing.wait()
    server.send_signal(signal.SIGTERM)
    stopping = time.time()
    status = server.wait(timeout=60)
    peak = max(memory.samples, key=lambda s: s[0] + s[1])
    log.seek(0)
    return {
        "minutes": round(minutes, 1), "stayed_up": stayed_up, "exit_status": status, "seconds_to_stop": round(time.time() - stopping, 1),
        "documents": dict(collections.Counter(d["state"] for d in documents)),
        "failures": dict(collections.Counter((d.get("failure") or {}).get("code") for d in documents if d["state"] == "failed")),
        "pages_or_sheets": sum(d["parts"] for d in documents), "passages": sum(d["passages"] for d in documents),
        "questions": asked, "unanswered": unanswered,
        "answer_seconds_quiet": {"p50": percentile(quiet, 0.5), "p95": percentile(quiet, 0.95)},
        "answer_seconds": {"p50": percentile(took, 0.5), "p95": percentile(took, 0.95), "max": percentile(took, 1)},
        "at_rest_mb": round(at_rest / 1e6), "peak_mb": round(sum(peak[:2]) / 1e6), "peak_server_mb": round(max(s[0] for s in memory.samples) / 1e6),
        "peak_workers_mb": round(max(s[1] for s in memory.samples) / 1e6), "most_workers": max(s[2] for s in memory.samples),
        "beyond_models_mb": round((peak[0] + peak[1] - at_rest) / 1e6),
        "panics_in_log": sum("panicked" in line for line in log),
    }


def timed(visitor, question):
    since = time.time()
    try:
        status, _ = visitor.ask(question)
    except OSError:
        status = 0
    return round(time.time() - since, 2), status == 200


if __name__ == "__main__":
    main()

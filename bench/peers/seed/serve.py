"""Takes orders as JSON lines on stdin, answers on the fourth descriptor: python serve.py validator|archiver"""
import importlib
import json
import os
import resource
import sys
import time

function = importlib.import_module(sys.argv[1])
answers = os.fdopen(3, "w", buffering=1)
sent = 0


def events(count, bodies):
    global sent
    for index in range(count):
        sent += 1
        trace = f"Root=1-67891233-{sent:024x};Parent=53995c3f42cd8ad8;Sampled={int(sent % 20 == 0)}"
        yield {"httpMethod": "POST", "body": bodies[index]}, trace


def timed(orders):
    wall, cpu = time.perf_counter(), time.process_time()
    results = []
    for event, trace in orders:
        os.environ["_X_AMZN_TRACE_ID"] = trace
        results.append(function.handler(event, None))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    bad = [result for result in results if result["statusCode"] != 200]
    if bad:
        raise RuntimeError(bad[0])
    return wall * 1000, cpu * 1000, results


print(json.dumps({"python": sys.version.split()[0], "boto3": function.boto3.__version__}), file=answers)
for line in sys.stdin:
    order = json.loads(line)
    orders = list(events(order["requests"], order.get("bodies") or [None] * order["requests"]))
    wall, cpu, results = timed(orders)
    done = order["requests"] if "bodies" in order else sum(result["archived_count"] for result in results)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall / done, "cpu": cpu / done, "done": done, "peak_mb": peak_mb}), file=answers)

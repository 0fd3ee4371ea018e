// Client of the Lambda Runtime Interface: takes invocations one by one and hands them to the handler that CMD names.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = (path, value) => fetch(`${api}/${path}`, { method: 'POST', body: JSON.stringify(value ?? null) });
const asError = ({ name, message, stack }) => ({ errorType: name, errorMessage: message, trace: stack?.split('\n') });

let handler;
try {
  const [file, name] = process.argv[2].split('.');
  handler = (await import(`${process.env.LAMBDA_TASK_ROOT}/${file}.mjs`))[name];
} catch (error) {
  await post('init/error', asError(error));
  process.exit(1);
}
for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
  try {
    const context = { awsRequestId: id, getRemainingTimeInMillis: () => deadline - Date.now() };
    await post(`invocation/${id}/response`, await handler(await next.json(), context));
  } catch (error) {
    await post(`invocation/${id}/error`, asError(error));
  }
}

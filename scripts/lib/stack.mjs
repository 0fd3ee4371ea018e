// Deploys a synthesized stack to an emulator of AWS through its CloudFormation, without the CDK CLI.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { run } from './run.mjs';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
const POLL_MS = 500;

const here = (text) => text.replaceAll('${AWS::AccountId}', ACCOUNT).replaceAll('${AWS::Region}', REGION).replaceAll('${AWS::Partition}', 'aws');

/** Uploads the file assets of a stack to where its template looks for them; answers with the URL of the template. */
export async function publishAssets(s3, createBucket, assembly, stack, scratch) {
  const { files } = JSON.parse(readFileSync(join(assembly, `${stack}.assets.json`), 'utf8'));
  let template;
  for (const [id, { source, destinations }] of Object.entries(files)) {
    const [{ bucketName, objectKey }] = Object.values(destinations).map((to) => ({ bucketName: here(to.bucketName), objectKey: here(to.objectKey) }));
    await createBucket(bucketName);
    let path = join(assembly, source.path);
    if (source.packaging === 'zip') {
      const archive = join(scratch, `${id}.zip`);
      await run('python3', ['-c', 'import shutil, sys; shutil.make_archive(sys.argv[1][:-4], "zip", sys.argv[2])', archive, path]);
      path = archive;
    }
    await s3.send(new PutObjectCommand({ Bucket: bucketName, Key: objectKey, Body: readFileSync(path) }));
    if (source.path === `${stack}.template.json`) template = { bucketName, objectKey };
  }
  return template;
}

/** Creates the stack and waits for its outputs, by id. */
export async function createStack(endpoint, name, templateUrl, seconds) {
  const call = (action, parameters) => cloudFormation(endpoint, action, { StackName: name, ...parameters });
  await call('CreateStack', { TemplateURL: templateUrl, 'Capabilities.member.1': 'CAPABILITY_IAM', 'Capabilities.member.2': 'CAPABILITY_NAMED_IAM' });
  for (const until = Date.now() + seconds * 1000; Date.now() < until;) {
    const answer = await call('DescribeStacks');
    const status = /<StackStatus>(.*?)<\/StackStatus>/.exec(answer)?.[1];
    if (status === 'CREATE_COMPLETE') return outputsIn(answer);
    if (!/^CREATE_IN_PROGRESS$/.test(status)) {
      throw new Error(`The stack is ${status}: ${/<StackStatusReason>(.*?)<\/StackStatusReason>/s.exec(answer)?.[1] ?? await failuresOf(call)}`);
    }
    await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
  }
  throw new Error(`The stack was not complete after ${seconds} s: ${await failuresOf(call)}`);
}

/** Logical ids and types of what the stack consists of. */
export async function resourcesOf(endpoint, name) {
  const answer = await cloudFormation(endpoint, 'DescribeStackResources', { StackName: name });
  return Object.fromEntries([...answer.matchAll(/<member>(.*?)<\/member>/gs)].map(([, xml]) => [
    /<LogicalResourceId>(.*?)</.exec(xml)?.[1], { type: /<ResourceType>(.*?)</.exec(xml)?.[1], status: /<ResourceStatus>(.*?)</.exec(xml)?.[1] },
  ]));
}

async function failuresOf(call) {
  const events = await call('DescribeStackEvents');
  return [...events.matchAll(/<member>(.*?)<\/member>/gs)].map(([, xml]) => xml).filter((xml) => xml.includes('_FAILED')).slice(0, 5).join('\n');
}

function outputsIn(xml) {
  const members = [...xml.matchAll(/<OutputKey>(.*?)<\/OutputKey>\s*<OutputValue>(.*?)<\/OutputValue>/gs)];
  return Object.fromEntries(members.map(([, key, value]) => [key, value.replaceAll('&amp;', '&')]));
}

async function cloudFormation(endpoint, action, parameters) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      // Names the service; emulators do not check the signature.
      'authorization': `AWS4-HMAC-SHA256 Credential=test/20250101/${REGION}/cloudformation/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`CloudFormation ${action}: ${response.status} ${text.slice(0, 500)}`);
  return text;
}

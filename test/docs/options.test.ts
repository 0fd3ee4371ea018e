import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_kms as kms } from 'aws-cdk-lib';
import { documentedProps } from '../helpers/documented-props';
import { statementsOf } from '../helpers/iam';
import { synthesize } from '../helpers/template';

const DOCUMENT = readFileSync(join(__dirname, '..', '..', 'docs', 'options.md'), 'utf8');

test('the policy that an imported key needs is the one a created key gets', () => {
  const subject = synthesize((scope) => ({ encryptionKey: new kms.Key(scope, 'Key') }));
  const [keyId] = subject.all('AWS::KMS::Key').map(({ logicalId }) => logicalId);
  const created = statementsOf(subject).filter(({ owner, principals }) => owner === keyId && principals.every((principal) => principal.startsWith('Service:')));
  const documented = [...DOCUMENT.matchAll(/^\| `([\w.<>-]+\.amazonaws\.com)` \| (`kms:.*`) \| (.*) \|$/gm)].map(([, service, actions, condition]) => ({
    service, actions: actions.match(/kms:[\w*]+/g)!, keys: condition.match(/`(?:aws|kms):[\w:-]+`/g)?.map((key) => key.slice(1, -1)) ?? [],
  }));
  // The bus adds a statement for itself alone, within the ones for all buses.
  const general = created.filter(({ condition }) => !condition?.StringEquals?.['kms:EncryptionContext:aws:events:event-bus:arn']);
  expect(documented).toEqual(general.map(({ principals, actions, condition }) => ({
    service: principals[0].slice('Service:'.length).replace('${AWS::Region}', '<region>').replace('${AWS::URLSuffix}', 'amazonaws.com'),
    actions,
    keys: Object.values(condition ?? {}).flatMap((keys: any) => Object.keys(keys)),
  })));
});

test('names no option that does not exist', () => {
  const members = new Set(documentedProps().map(({ name }) => name.split('.')[1]));
  const named = [...DOCUMENT.matchAll(/`(?:endpoint|functions\.\*|retention|archival|alarms)\.(\w+)`/g)].map(([, member]) => member);
  expect(named.length).toBeGreaterThan(6);
  expect(named.filter((member) => !members.has(member))).toEqual([]);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_iam as iam, CfnParameter, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { WebhookProcessingSystem } from '../../src';
import { RECORD_COLUMNS } from '../../src/archive/record-columns';
import { permissionsOf, statementsOf } from '../helpers/iam';
import { render, Synthesized, synthesize, testApp } from '../helpers/template';
import { refuses } from './props/refusal';

const subject = synthesize({ archival: { athena: {} } });
const { system } = subject;
const queries = system.archiveQueries!;
const bucket = subject.idOf(system.auditBucket);
const results = subject.idOf(queries.resultsBucket);
const propertiesOf = (construct: Parameters<typeof subject.idOf>[0]) => subject.propertiesOf(construct);
const configuration = () => propertiesOf(queries.workGroup).WorkGroupConfiguration;
const tableInput = () => propertiesOf(queries.table).TableInput;

test('nothing of it is there unless asked for', () => {
  const { template, system: { archiveQueries } } = synthesize();
  expect(archiveQueries).toBeUndefined();
  for (const type of ['AWS::Glue::Database', 'AWS::Glue::Table', 'AWS::Athena::WorkGroup', 'AWS::Athena::NamedQuery']) template.resourceCountIs(type, 0);
});

describe('the table', () => {
  test('reads gzip NDJSON of the audit bucket, and columns by their exact names', () => {
    expect(tableInput()).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      Parameters: { classification: 'json', compressionType: 'gzip', EXTERNAL: 'TRUE' },
      StorageDescriptor: { Compressed: true, SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe', Parameters: { 'case.insensitive': 'FALSE' } } },
    });
    expect(render(tableInput().StorageDescriptor.Location)).toBe(`s3://\${${bucket}}/transactions/`);
    const columns = RECORD_COLUMNS.map(({ name, type, comment }) => ({ Name: name, Type: type, Comment: comment }));
    expect(tableInput().StorageDescriptor.Columns).toEqual(columns);
  });

  test('has a partition for each day by projection, so that nobody has to add one', () => {
    const parameters = tableInput().Parameters;
    expect(tableInput().PartitionKeys).toEqual([expect.objectContaining({ Name: 'day', Type: 'string' })]);
    expect(parameters).toMatchObject({
      'projection.enabled': 'true', 'projection.day.type': 'date', 'projection.day.format': 'yyyy/MM/dd',
      'projection.day.interval': '1', 'projection.day.interval.unit': 'DAYS',
    });
    expect(render(parameters['storage.location.template'])).toBe(`s3://\${${bucket}}/transactions/\${day}/`);
  });

  test.each([[undefined, 'NOW-396DAYS,NOW'], [Duration.days(730), 'NOW-761DAYS,NOW']])('goes as far back as objects can be there: kept for %p, %s', (expireAfter, range) => {
    const { system: { archiveQueries }, ...other } = synthesize({ archival: { athena: {} }, retention: { expireAfter } });
    expect(archiveQueries).toBeDefined();
    const [table] = Object.values(other.template.findResources('AWS::Glue::Table'));
    expect(table.Properties.TableInput.Parameters['projection.day.range']).toBe(range);
  });

  test('keeps money exact: no column is a float', () => {
    const types = RECORD_COLUMNS.map(({ type }) => type).join(' ');
    expect(types).not.toMatch(/double|float|real/);
    expect(RECORD_COLUMNS.filter(({ name }) => name.startsWith('amount')).map(({ name, type }) => [name, type])).toEqual([['amount', 'decimal(38,10)'], ['amount_text', 'string']]);
  });

  test('has names that need no quotes, each once', () => {
    const names = RECORD_COLUMNS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z_]+$/);
  });
});

test('the documented schema is the real one', () => {
  const documented = readFileSync(join(__dirname, '..', '..', 'docs', 'archive.md'), 'utf8').split('### Row')[1].split('###')[0];
  const lines = [...documented.matchAll(/^\| `(\w+)` \| `([^`]+)` \| (.+) \|$/gm)].map(([, name, type, comment]) => [name, type, comment.replaceAll('\\<', '<')]);
  expect(lines).toEqual(RECORD_COLUMNS.map(({ name, type, comment }) => [name, type.replace(/<.*/, ''), comment]));
});

describe('the work group', () => {
  test('keeps results encrypted in a bucket of their own, whatever a client asks for', () => {
    expect(configuration()).toMatchObject({
      EnforceWorkGroupConfiguration: true, ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
    });
    expect(render(configuration().ResultConfiguration.OutputLocation)).toBe(`s3://\${${results}}/`);
  });

  test('stops a query that would read too much', () => {
    expect(configuration().BytesScannedCutoffPerQuery).toBe(10 * 1024 ** 3);
    const { template } = synthesize({ archival: { athena: { scanLimit: Size.mebibytes(50) } } });
    template.hasResourceProperties('AWS::Athena::WorkGroup', { WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 52_428_800 } });
  });

  test('goes with the stack, with its history', () => expect(propertiesOf(queries.workGroup).RecursiveDeleteOption).toBe(true));
});

describe('the results bucket', () => {
  test('is private, encrypted, TLS only, and forgets', () => {
    expect(propertiesOf(queries.resultsBucket)).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
      LifecycleConfiguration: { Rules: [expect.objectContaining({ ExpirationInDays: 7, Status: 'Enabled' })] },
    });
    const denials = statementsOf(subject).filter(({ effect, resources }) => effect === 'Deny' && resources[0] === `\${${results}.Arn}`);
    expect(denials.map(({ condition }) => condition)).toContainEqual({ Bool: { 'aws:SecureTransport': 'false' } });
  });

  test('is not locked with the audit bucket: results come and go', () => {
    const { template } = synthesize({ archival: { athena: { resultsExpireAfter: Duration.days(1) } } });
    template.hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: { Rules: [{ ExpirationInDays: 1 }] } });
  });

  test('follows the removal policy', () => {
    expect(subject.resourceOf(queries.resultsBucket).DeletionPolicy).toBe('Retain');
    const destroyed = synthesize({ archival: { athena: {} }, removalPolicy: RemovalPolicy.DESTROY });
    expect(destroyed.resourceOf(destroyed.system.archiveQueries!.resultsBucket).DeletionPolicy).toBe('Delete');
    expect(destroyed.all('Custom::S3AutoDeleteObjects')).toHaveLength(2);
  });
});

describe('queries to begin with', () => {
  const all = Object.values(queries.namedQueries).map((query) => propertiesOf(query));

  test('are by transaction, by day, totals by provider, and high risk', () => {
    expect(all.map(({ Name }) => Name)).toEqual(['transaction-by-id', 'transactions-of-a-day', 'totals-by-provider', 'high-risk']);
    const where = [queries.workGroup, queries.database].map((one) => ({ Ref: subject.idOf(one) }));
    for (const query of all) expect([query.WorkGroup, query.Database]).toEqual(where);
  });

  test('each name days, take the last revision of a row, and know the columns they speak of', () => {
    const name = propertiesOf(queries.database).DatabaseInput.Name;
    const known = new Set([...RECORD_COLUMNS.map((column) => column.name), 'day']);
    const words = /^(?:with|latest|as|select|from|row_number|over|partition|by|order|desc|recency|where|and|between|group|count|transactions|sum|total|array_join|coalesce|alerted_at|transaction|high_risk|fraud_score|fraud_status|risk_factors)$/i;
    for (const { QueryString: sql } of all) {
      expect(sql).toMatch(/day (= \?|BETWEEN \? AND \?)/);
      expect(sql).toContain('PARTITION BY transaction_id, event_id ORDER BY revision DESC');
      expect(sql).toContain(`"${name}"."transactions"`);
      const used = (sql.replace(`"${name}"`, '').match(/[a-z_]+/gi) as string[]).filter((word) => !words.test(word));
      for (const word of used) expect(known).toContain(word);
    }
  });
});

describe('names', () => {
  test('are the system\'s own without a suffix', () => {
    expect(propertiesOf(queries.database).DatabaseInput.Name).toMatch(/^transaction_archive_test_payments_[0-9a-f]{8}$/);
    expect(propertiesOf(queries.workGroup).Name).toMatch(/^Test-Payments-[0-9A-F]{8}-archive$/);
    expect(propertiesOf(queries.resultsBucket).BucketName).toBeUndefined();
  });

  test.each([['dev', 'transaction_archive_dev'], ['eu-1', 'transaction_archive_eu_1']])('end in the suffix %s', (environmentSuffix, database) => {
    const named = synthesize({ archival: { athena: {} }, environmentSuffix });
    const { archiveQueries } = named.system;
    expect(named.propertiesOf(archiveQueries!.database).DatabaseInput.Name).toBe(database);
    expect(named.propertiesOf(archiveQueries!.workGroup).Name).toBe(`transaction-archive-${environmentSuffix}`);
    expect(named.propertiesOf(archiveQueries!.resultsBucket).BucketName).toBe(`transaction-query-results-${environmentSuffix}`);
  });

  test('and ages known only at deployment are references', () => {
    const late = synthesize((scope) => ({
      archival: { athena: { resultsExpireAfter: Duration.days(new CfnParameter(scope, 'Kept', { type: 'Number' }).valueAsNumber) } },
      environmentSuffix: new CfnParameter(scope, 'Environment').valueAsString,
      retention: { expireAfter: Duration.days(new CfnParameter(scope, 'Days', { type: 'Number' }).valueAsNumber) },
    }));
    const { archiveQueries } = late.system;
    expect(render(late.propertiesOf(archiveQueries!.database).DatabaseInput.Name)).toBe('transaction_archive-${Environment}');
    expect(late.propertiesOf(archiveQueries!.table).TableInput.Parameters['projection.day.range']).toBe('NOW-10YEARS,NOW');
    expect(late.propertiesOf(archiveQueries!.resultsBucket).LifecycleConfiguration.Rules[0].ExpirationInDays).toEqual({ Ref: 'Kept' });
    expect(render(late.propertiesOf(archiveQueries!.namedQueries.ByDay).QueryString)).toContain('"transaction_archive-${Environment}"."transactions"');
  });
});

describe('permissions', () => {
  test('nobody has any by default: who asks uses his own', () => {
    expect(subject.all('AWS::IAM::Role').map(({ logicalId }) => logicalId).sort()).toEqual(synthesize().all('AWS::IAM::Role').map(({ logicalId }) => logicalId).sort());
  });

  test('to query is to read the archive alone, and to write results alone', () => {
    const stack = new Stack(testApp(), 'Test');
    const granting = new WebhookProcessingSystem(stack, 'Payments', { archival: { athena: {} } });
    const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
    granting.archiveQueries!.grantQuery(analyst).assertSuccess();
    const granted = new Synthesized(stack);

    const [audit, kept] = [granting.auditBucket, granting.archiveQueries!.resultsBucket].map((one) => `\${${granted.idOf(one)}.Arn}`);
    const arn = (service: string, resource: string) => `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;
    const database = `\${${granted.idOf(granting.archiveQueries!.database)}}`;
    const catalog = ['catalog', `database/${database}`, `table/${database}/transactions`].map((resource) => arn('glue', resource));
    const workGroup = [arn('athena', `workgroup/\${${granted.idOf(granting.archiveQueries!.workGroup)}}`)];
    expect(permissionsOf(granted, analyst)).toEqual({
      'athena:GetWorkGroup': workGroup,
      'athena:StartQueryExecution': workGroup,
      'athena:StopQueryExecution': workGroup,
      'athena:GetQueryExecution': workGroup,
      'athena:GetQueryResults': workGroup,
      'athena:ListNamedQueries': workGroup,
      'athena:GetNamedQuery': workGroup,
      'athena:BatchGetNamedQuery': workGroup,
      'glue:GetDatabase': catalog,
      'glue:GetTable': catalog,
      'glue:GetPartitions': catalog,
      's3:GetObject': [`${audit}/transactions/*`, `${kept}/*`].sort(),
      's3:ListBucket': [audit, kept].sort(),
      's3:GetBucketLocation': [audit, kept].sort(),
      's3:ListBucketMultipartUploads': [kept],
      's3:PutObject': [`${kept}/*`],
      's3:AbortMultipartUpload': [`${kept}/*`],
      's3:ListMultipartUploadParts': [`${kept}/*`],
    });
    const listing = statementsOf(granted).filter(({ actions, resources }) => actions.includes('s3:ListBucket') && resources.includes(audit) && actions.length === 1);
    expect(listing.map(({ condition }) => condition)).toContainEqual({ StringLike: { 's3:prefix': 'transactions/*' } });
  });
});

describe('what cannot be is refused', () => refuses([
  { props: { archival: { athena: { scanLimit: Size.mebibytes(1) } } }, prop: 'archival.athena.scanLimit', value: '"1048576 bytes"', fix: 'use at least 10 MB' },
  { props: { archival: { athena: { resultsExpireAfter: Duration.hours(6) } } }, prop: 'archival.athena.resultsExpireAfter', value: '"0.25 days"', fix: 'use 1 to 3650' },
  {
    props: (scope) => ({ archival: { athena: { scanLimit: Size.mebibytes(new CfnParameter(scope, 'Limit', { type: 'Number' }).valueAsNumber) } } }),
    prop: 'archival.athena.scanLimit', value: '"a token"', fix: 'use a value that is known',
  },
]));

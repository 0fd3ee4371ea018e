import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namesOf } from '../../../local/commands/aws/names';
import { backtest } from '../../../local/commands/backtest';
import { commandLine, messageOf } from '../../../local/commands/command-line';

const typed = (line: string) => commandLine(line.split(' ').filter(Boolean));
const refusal = (line: string) => {
  try {
    typed(line);
  } catch (error) {
    return messageOf(error as Error);
  }
  return 'nothing was refused';
};

describe('a command line', () => {
  it.each(['', '--help', 'help', 'start --help', 'verify --help', 'backtest --help'])('"%s" asks for help', (line) => expect(typed(line).command).toBe('help'));

  it.each<[string, string, readonly string[]]>([
    ['start --app out --port 0 --data d --demo 5 --model-endpoint http://127.0.0.1:9 --json', 'start', []],
    ['--json start', 'start', []],
    ['simulate all crash:relay --app out --endpoint stripe --json', 'simulate', ['all', 'crash:relay']],
    ['verify', 'verify', []],
    ['backtest --rules r.json --archive d --region eu-west-1 --endpoint http://127.0.0.1:9 --json', 'backtest', []],
  ])('"%s" is taken', (line, command, names) => expect(typed(line)).toMatchObject({ command, names }));

  it.each<[string, string]>([
    ['strat', 'Unknown command: strat. Use one of start, simulate, verify, backtest, archive verify, replay, redrive; --help tells of them'],
    ['start extra', 'start takes options alone, not "extra": see --help'],
    ['start --endpoint stripe', 'start has no option --endpoint: it takes --app, --port, --data, --demo, --model-endpoint, --json'],
    ['simulate good --data d', 'simulate has no option --data: it takes --app, --endpoint, --json'],
    ['verify --app out', 'verify has no option --app: it takes none'],
    ['backtest --port 1', 'backtest has no option --port: it takes --rules, --archive, --endpoint, --region, --json'],
    ['start --prot 1', "Unknown option '--prot': see --help"],
  ])('"%s" is refused', (line, message) => expect(refusal(line)).toBe(message));
});

describe('what an option names', () => {
  let scratch: string;
  const file = (name: string, text: string) => {
    writeFileSync(join(scratch, name), text);
    return join(scratch, name);
  };
  beforeAll(() => { scratch = mkdtempSync(join(tmpdir(), 'command-line-')); });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const RULES = JSON.stringify({ rules: [], mediumRiskAbove: 400, highRiskAbove: 700 });

  it('is a file that can be read', async () => {
    await expect(namesOf({ outputs: 'nofile' }, ['bucket'])).rejects.toThrow('--outputs is "nofile": use a file that can be read (ENOENT');
    await expect(backtest({ rules: 'nofile', archive: scratch, json: true })).rejects.toThrow('--rules is "nofile": use a file that can be read (ENOENT');
  });

  it.each(['garbage', 'null', '5'])('holds a JSON object, not %s', async (text) => {
    const outputs = file('outputs.json', text);
    await expect(namesOf({ outputs }, ['bucket'])).rejects.toThrow(`--outputs is ${JSON.stringify(outputs)}: it holds no JSON object`);
  });

  it('has the output that is needed', async () => {
    const outputs = file('outputs.json', JSON.stringify({ Shop: { PaymentsTableName1234ABCD: 't' } }));
    const names = await namesOf({ outputs }, ['bucket']);
    expect(names.require('table')).toBe('t');
    expect(() => names.require('bucket')).toThrow(`--bucket is missing: ${outputs} has no output AuditBucketName. Give it, or the file of "cdk deploy --outputs-file"`);
  });

  it('is a directory of archive objects', async () => {
    const rules = file('rules.json', RULES);
    const nowhere = join(scratch, 'nowhere');
    await expect(backtest({ rules, archive: nowhere, json: true })).rejects
      .toThrow(`--archive is ${JSON.stringify(nowhere)}: use a directory that can be read, or s3://BUCKET/PREFIX (ENOENT`);
  });

  it('is a runner that is there and has what is needed', async () => {
    const server = createServer((_, response) => response.end(JSON.stringify({ resources: [] })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const names = await namesOf({ endpoint }, ['bucket']);
    expect(() => names.require('bucket')).toThrow(`--bucket is missing: the runner at ${endpoint} creates no Storage/AuditBucket/Resource. Give it`);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(namesOf({ endpoint }, ['bucket'])).rejects
      .toThrow(new RegExp(`^--endpoint is ${endpoint}: no runner answers there \\(.*ECONNREFUSED.*\\)\\. Start one, or leave it out for AWS$`));
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { HandlerPackaging, WebhookProcessingSystem } from '../../src';
import { AssetManifest, Resource, synthesize, SynthesizedSystem } from '../helpers/template';

const ASSETS = join(__dirname, '..', '..', 'assets');
const HANDLERS = ['archiver', 'fraud-detector', 'relay', 'validator'];
const outdir = mkdtempSync(join(tmpdir(), 'packaging-'));

afterAll(() => rmSync(outdir, { recursive: true, force: true }));

/** A cloud assembly on disk with everything that the CDK CLI would publish. */
function staged(name: string, packaging: HandlerPackaging): { manifest: AssetManifest; filesOf: (path: string) => string[] } {
  const app = new App({ outdir: join(outdir, name), analyticsReporting: false });
  new WebhookProcessingSystem(new Stack(app, 'Test'), 'Payments', { packaging });
  const { directory } = app.synth();
  return {
    manifest: JSON.parse(readFileSync(join(directory, 'Test.assets.json'), 'utf8')),
    filesOf: (path) => readdirSync(join(directory, path)).sort(),
  };
}

const bundleOf = (handler: string) => readdirSync(join(ASSETS, handler)).filter((file) => file.endsWith('.mjs')).sort();
const bundles = HANDLERS.map(bundleOf).sort();

describe('container images', () => {
  const { manifest, filesOf } = staged('container', HandlerPackaging.container());
  const sources = Object.values(manifest.dockerImages).map(({ source }) => source);

  it('are built for arm64, one per function, each from its bundle', () => {
    expect(sources.map(({ platform }) => platform)).toEqual(Array(4).fill('linux/arm64'));
    const contents = sources.map(({ directory }) => filesOf(directory).filter((file) => file.endsWith('.mjs')));
    expect(contents.sort()).toEqual(bundles);
  });

  it.each(HANDLERS)('of the %s can be built on any host: nothing runs inside', (handler) => {
    const lines = readFileSync(join(ASSETS, handler, 'Dockerfile'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['ARG', 'FROM', 'COPY', 'CMD']);
    expect(lines[0]).toBe('ARG BASE_IMAGE=public.ecr.aws/lambda/nodejs:24');
    expect(lines[1]).toBe('FROM ${BASE_IMAGE}');
    expect(lines[3]).toBe('CMD ["index.handler"]');
  });

  it('with another base image are other images', () => {
    const { dockerImages } = synthesize({ packaging: HandlerPackaging.container({ baseImage: 'registry.example.com/lambda:24' }) }).assetManifest;
    expect(Object.keys(dockerImages).filter((hash) => hash in manifest.dockerImages)).toEqual([]);
  });
});

describe('zip archives', () => {
  const { manifest, filesOf } = staged('zip', HandlerPackaging.zip());
  const archives = Object.values(manifest.files).filter(({ source }) => source.packaging === 'zip');

  it('hold the same bundles and nothing else: no Dockerfile', () => {
    expect(archives.map(({ source }) => filesOf(source.path)).sort()).toEqual(bundles);
  });

  it('need no container engine', () => expect(Object.keys(manifest.dockerImages ?? {})).toEqual([]));
});

describe('the choice of packaging', () => {
  const CODE = ['Code', 'PackageType', 'Runtime', 'Handler'];

  function withoutCode(synthesized: SynthesizedSystem): { [logicalId: string]: Resource } {
    return Object.fromEntries(Object.entries(synthesized.resources).map(([logicalId, resource]) => {
      if (resource.Type !== 'AWS::Lambda::Function') return [logicalId, resource];
      const kept = Object.entries(resource.Properties).filter(([name]) => !CODE.includes(name));
      return [logicalId, { ...resource, Properties: Object.fromEntries(kept) }];
    }));
  }

  it('changes the code of the functions and nothing else', () => {
    const [container, zip] = [HandlerPackaging.container(), HandlerPackaging.zip()].map((packaging) => synthesize({ packaging }));
    expect(withoutCode(zip)).toEqual(withoutCode(container));
  });
});

test('the same sources make the same assets, so an unchanged function is not deployed again', () => {
  const hashes = () => Object.keys(synthesize().assetManifest.dockerImages).sort();
  expect(hashes()).toEqual(hashes());
});

describe('a missing bundle', () => {
  const fs = jest.requireActual<typeof import('node:fs')>('node:fs');

  afterEach(() => jest.restoreAllMocks());

  it.each([['container', HandlerPackaging.container()], ['zip', HandlerPackaging.zip()]])('is named, with the remedy (%s)', (_, packaging) => {
    const { existsSync } = fs;
    jest.spyOn(fs, 'existsSync').mockImplementation((path) => !/relay.index\.mjs$/.test(String(path)) && existsSync(path));
    expect(() => synthesize({ packaging })).toThrow(/handler bundle relay is missing from .*assets.relay: .*npx projen bundle/);
  });
});

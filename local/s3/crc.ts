/* eslint-disable no-bitwise -- cyclic redundancy checks are bit arithmetic */
import { crc32 as zlibCrc32 } from 'node:zlib';

const CRC32C_POLYNOMIAL = 0x82f63b78;
const CRC64NVME_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CRC32C_POLYNOMIAL : value >>> 1;
  return value;
});

const crc64Table = Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ CRC64NVME_POLYNOMIAL : value >> 1n;
  return value;
});
// Two 32-bit halves: BigInt per byte would be some fifty times slower.
const crc64Low = Uint32Array.from(crc64Table, (value) => Number(value & 0xffffffffn));
const crc64High = Uint32Array.from(crc64Table, (value) => Number(value >> 32n));

export function crc32(data: Buffer): Buffer {
  return uint32(zlibCrc32(data));
}

/** CRC-32C (Castagnoli), big endian. */
export function crc32c(data: Buffer): Buffer {
  let crc = 0xffffffff;
  for (let i = 0; i < data.length; i++) crc = (crc >>> 8) ^ crc32cTable[(crc ^ data[i]) & 0xff];
  return uint32((crc ^ 0xffffffff) >>> 0);
}

/** CRC-64/NVME, big endian. */
export function crc64nvme(data: Buffer): Buffer {
  let low = 0xffffffff;
  let high = 0xffffffff;
  for (let i = 0; i < data.length; i++) {
    const index = (low ^ data[i]) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ crc64Low[index];
    high = (high >>> 8) ^ crc64High[index];
  }
  return Buffer.concat([uint32((high ^ 0xffffffff) >>> 0), uint32((low ^ 0xffffffff) >>> 0)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

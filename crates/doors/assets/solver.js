  // A proof of work, ALTCHA's protocol version 2 (PBKDF2/SHA-256): counts until a derived key begins as asked. The
  // browser's own code does it off the page's thread; where it gives none (plain http), the few lines below do.
  const solve = async (challenge) => {
    const p = challenge.parameters;
    if (p.algorithm !== "PBKDF2/SHA-256") throw new Error(p.algorithm);
    const began = performance.now();
    const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
    const hex = (key) => Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const nonce = bytes(p.nonce), salt = bytes(p.salt);
    const password = (counter) => {
      const whole = new Uint8Array(nonce.length + 4);
      whole.set(nonce);
      new DataView(whole.buffer).setUint32(nonce.length, counter);
      return whole;
    };
    const native = async (secret) => {
      const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
      const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: p.cost };
      return new Uint8Array(await crypto.subtle.deriveBits(how, key, p.keyLength * 8));
    };
    const byHand = (secret) => new Promise((done) => setTimeout(() => done(pbkdf2(secret, salt, p.cost)), 0));
    const derive = globalThis.crypto && crypto.subtle ? native : byHand;
    for (let counter = 0; counter < 0xfffffff0; counter += 4) {
      const keys = await Promise.all([0, 1, 2, 3].map((more) => derive(password(counter + more))));
      const at = keys.findIndex((key) => hex(key).startsWith(p.keyPrefix));
      if (at < 0) continue;
      const solution = { counter: counter + at, derivedKey: hex(keys[at]), time: Math.round(performance.now() - began) };
      return btoa(JSON.stringify({ challenge, solution }));
    }
    throw new Error("not found");
  };

  // SHA-256 (FIPS 180-4) and one block of PBKDF2 over it (RFC 8018). The constants are the first bits of roots of primes.
  const pbkdf2 = (() => {
    const primes = [];
    for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
    const bits = (root) => (root - Math.floor(root)) * 0x100000000 | 0;
    const start = Int32Array.from(primes.slice(0, 8), (n) => bits(Math.sqrt(n)));
    const round = Int32Array.from(primes, (n) => bits(Math.cbrt(n)));
    const w = new Int32Array(64);
    const compress = (state, block) => {
      w.set(block);
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
        const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
        const t1 = h + s1 + (e & f ^ ~e & g) + round[i] + w[i] | 0;
        const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
        const t2 = s0 + (a & b ^ a & c ^ b & c) | 0;
        h = g; g = f; f = e; e = d + t1 | 0; d = c; c = b; b = a; a = t1 + t2 | 0;
      }
      const next = new Int32Array(state);
      [a, b, c, d, e, f, g, h].forEach((v, i) => { next[i] += v; });
      return next;
    };
    // Up to 55 bytes after one block of key: enough for a salt or a digest.
    const block = (data, before) => {
      const padded = new DataView(new ArrayBuffer(64));
      data.forEach((byte, i) => padded.setUint8(i, byte));
      padded.setUint8(data.length, 0x80);
      padded.setUint32(60, (before + data.length) * 8);
      return Int32Array.from({ length: 16 }, (_, i) => padded.getInt32(i * 4));
    };
    return (secret, salt, cost) => {
      const key = (mask) => {
        const whole = new Uint8Array(64).fill(mask);
        secret.forEach((byte, i) => { whole[i] = byte ^ mask; });
        const words = new DataView(whole.buffer);
        return compress(start, Int32Array.from({ length: 16 }, (_, i) => words.getInt32(i * 4)));
      };
      const inner = key(0x36), outer = key(0x5c);
      const digest = new Int32Array(16);
      digest[8] = 0x80 << 24;
      digest[15] = 96 * 8;
      const hmac = (first) => {
        digest.set(compress(inner, first));
        digest.set(compress(outer, digest));
        return digest;
      };
      const sum = new Int32Array(8);
      hmac(block(Uint8Array.from([...salt, 0, 0, 0, 1]), 64));
      for (let i = 0; ; i++) {
        for (let at = 0; at < 8; at++) sum[at] ^= digest[at];
        if (i + 1 >= cost) break;
        hmac(digest);
      }
      const out = new DataView(new ArrayBuffer(32));
      sum.forEach((word, i) => out.setInt32(i * 4, word));
      return new Uint8Array(out.buffer);
    };
  })();

// The commands of SqlTokenStore that change several rows in one step, and that databases are good at in different ways.
import type { TokenStore } from '@claviger/core';

export type TokenCommands = Pick<TokenStore, 'createGrant' | 'redeemCode' | 'rotateRefreshToken'>;

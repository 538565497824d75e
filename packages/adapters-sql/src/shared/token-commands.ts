// The commands of SqlTokenStore that databases are good at in different ways: those that change several rows in one step,
// and those that nearly every request needs.
import type { TokenStore } from '@claviger/core';

export type TokenCommands = Pick<
  TokenStore,
  'createGrant' | 'findCode' | 'redeemCode' | 'rotateRefreshToken' | 'saveClientToken' | 'findToken'
>;

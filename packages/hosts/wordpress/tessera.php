<?php
/**
 * Plugin Name:       Tessera
 * Description:       Recommendations and the status of signed-in shoppers, and the customer's card for those who look after them.
 * Version:           0.1.0
 * Requires at least: 6.5
 * Requires PHP:      7.4
 * License:           MIT
 * Text Domain:       tessera
 *
 * @package Tessera
 */

namespace Tessera;

defined( 'ABSPATH' ) || exit;

const PLUGIN_FILE = __FILE__;

require __DIR__ . '/includes/settings.php';
require __DIR__ . '/includes/tokens.php';
require __DIR__ . '/includes/elements.php';
require __DIR__ . '/includes/storefront.php';
require __DIR__ . '/includes/agents.php';

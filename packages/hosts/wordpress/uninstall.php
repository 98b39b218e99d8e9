<?php
/**
 * Takes the settings along, the signing secrets among them.
 *
 * @package Tessera
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

delete_option( 'tessera' );
